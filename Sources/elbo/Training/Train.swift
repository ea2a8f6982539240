import ArgumentParser
import Datasets
import Files
import FoundationEssentials
import Images
import Networks
import Platform
import Tensors
import Terminal
import VAE
import VAETraining

/// `elbo train`: learns a model from normal images.
struct Train: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Train a variational autoencoder on normal images.",
        discussion: """
            The defaults are the paper's: 784 → 256 → 200 latent units → 256 → 784,
            Bernoulli likelihood, Adam 1e-3, batches of 128, 50 epochs. The loss is the
            negative ELBO, summed over pixels and latent units and averaged over images.
            The same seed, number of threads and machine give the same weights bit for
            bit.

            After every epoch a checkpoint is written to the model directory. Ctrl-C or
            SIGTERM stops at the last one, and --resume goes on from it as if nothing had
            happened.

            Images are an IDX, .npy or .npz file, pictures, or a folder of pictures and
            what lies in folders below it; with --preprocess they may be of any size and
            in colour:
              elbo train --images pictures --preprocess grayscale,resize=28x28 --out DIR
              elbo train --images day/*.jpg night/ --preprocess grayscale,resize=28x28 --out DIR
              elbo train --images frames.npz:x_train --depth 12 --out DIR
            Arrays are (count, rows, columns), with a channel axis or not; rows of flat
            pixels need --shape 28x28. Floating-point numbers lie in [0, 1]; integers of
            more than 8 bits use their whole range, or --depth says how much of it.

            All files that cannot be read are named at once; --skip-bad leaves them out.
            """)

    @OptionGroup var data: DataOption
    @Option(
        name: .customLong("recipe"),
        help: ArgumentHelp(
            "Defaults that belong together: the paper's, those of the lowest −ELBO, or those that tell strange images best."
        ))
    var preset = Preset.paper
    @OptionGroup var preprocess: PreprocessOption
    @OptionGroup var inspection: InspectOptions
    @OptionGroup var sizes: SizeOptions
    @OptionGroup var recipe: RecipeOptions
    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Normal images to learn from, one or several: \(DataOption.sets).", valueName: "set"))
    var images = ["mnist:train"]
    @Option(help: ArgumentHelp("Model directory to write.", valueName: "dir"))
    var out: String
    @Flag(help: "Go on from the checkpoint in the model directory.")
    var resume = false
    @Flag(help: "Replace a model that is in the directory already.")
    var force = false
    @Flag(help: "Print no progress, and the result as JSON.")
    var json = false

    func run() async throws {
        let stopSignal = StopSignal()
        stopSignal.watch()
        try reporting { try train(until: stopSignal) }
    }

    private func train(until stopSignal: StopSignal) throws {
        if inspection.inspect || preset == .inspect {
            return try trainInspection(until: stopSignal)
        }
        let recipe = try recipe.recipe(preset)
        let preprocessing = try preprocess.steps()
        try protectFolder()
        let (names, setAside) = try split
        let set = try data.load(names, training: preprocessing, until: stopSignal)
        let architecture = try sizes.architecture(for: set, preset)
        let parameters = Parameters(architecture)
        parameters.initialize(seed: recipe.seed)
        var model = Model(
            weights: Weights(parameters),
            imageShape: set.shape,
            preprocessing: preprocessing,
            provenance: provenance(recipe, set))
        if let setAside { model.provenance["set_aside"] = setAside.joined(separator: " + ") }
        let trainer = try Trainer(
            parameters, recipe: recipe, pixels: set.pixels, count: set.count,
            columns: set.columns, labels: set.labels)
        if resume { try restore(trainer, model) }
        // Only in the finished file, so that checkpoints from before it was there are resumed.
        let unsketched = model
        model.provenance["data_sketch"] = ImageSketch(of: set).description
        try makeFolder(out)
        try run(trainer, of: unsketched, images: set.count, set: set.name, until: stopSignal)
        try finish(
            model.with(trainer.weights).safetensors.encoded(as: preset.storage), by: trainer,
            from: set, next: model.isTrainedOnMNIST ? "" : " --images HELD-OUT-NORMAL-IMAGES")
    }

    /// Writes the model's file and its history, takes the checkpoint away, and says so; `next` are the options that
    /// calibrating it needs.
    func finish(
        _ file: [UInt8], by trainer: Trainer, from set: ImageSet, next: String
    ) throws {
        let path = LoadedModel.path(in: out)
        try save(file, to: path)
        try write(trainer.history)
        try? FileManager.default.removeItem(atPath: checkpointPath)
        if json {
            return try printJSONLine(
                Written(
                    path: path, data: set.name, images: set.count,
                    leftOut: set.reading.leftOut, epochs: trainer.history.count,
                    loss: trainer.history.last?.terms.loss,
                    activeUnits: trainer.history.last?.activeUnits))
        }
        print("Wrote \(path); next: elbo calibrate --model \(out)\(next)")
    }

    /// Trains to the end, with a checkpoint after each epoch; throws if it is told to stop.
    func run(
        _ trainer: Trainer, of model: Model, images: Int, set: String,
        until stopSignal: StopSignal
    ) throws {
        let progress = json ? nil : TrainingProgress(trainer, images: images)
        progress?.begin(model.architecture, set: set, out: out)
        while !trainer.isFinished {
            guard
                let record = try trainer.runEpoch({ fraction, terms in
                    progress?.show(fraction, terms)
                    return !stopSignal.isRequested
                })
            else {
                progress?.end()
                throw Failure(
                    trainer.history.isEmpty
                        ? "stopped before the first checkpoint; nothing was written"
                        : "stopped; the checkpoint of epoch \(trainer.history.count) is whole, go on "
                            + "with --resume", .interrupted)
            }
            progress?.finish(record)
            try save(trainer.checkpoint(of: model).encoded(), to: checkpointPath)
        }
    }

    /// What `--json` prints, on one line.
    struct Written: Encodable {
        let path: String
        let data: String
        let images: Int
        let leftOut: Int
        let epochs: Int
        let loss: Double?
        let activeUnits: Int?
    }

    /// The sets to learn from, and what is set aside of them; nil where nothing is.
    private var split: (names: [String], setAside: [String]?) {
        get throws {
            guard let every = preset.setAside else { return (images, nil) }
            guard try images.allSatisfy({ try DatasetSpecification($0).selection == .all }) else {
                note(
                    "elbo: nothing is set aside, as parts of sets are named; give elbo calibrate other images "
                        + "to fuse scores with, by --fuse\n")
                return (images, nil)
            }
            return (
                images.map { "\($0)[^\(every - 1)::\(every)]" },
                images.map { "\($0)[\(every - 1)::\(every)]" }
            )
        }
    }

    var checkpointPath: String { out + "/checkpoint.safetensors" }

    /// Refuses to replace what is worth keeping.
    func protectFolder() throws {
        guard !resume, !force else { return }
        if fileKind(at: LoadedModel.path(in: out)) != .absent {
            throw Failure(
                "\(out) holds a model already; name another folder, or replace it with --force",
                .cannotCreate)
        }
        if fileKind(at: checkpointPath) != .absent {
            throw Failure(
                "\(out) holds the checkpoint of an interrupted run; go on from it with --resume, or "
                    + "begin anew with --force", .cannotCreate)
        }
    }

    func restore(_ trainer: Trainer, _ model: Model) throws {
        guard fileKind(at: checkpointPath) == .file else {
            throw Failure(
                "there is nothing to resume: no \(checkpointPath); a finished run leaves none",
                .noInput)
        }
        let bytes = try readFile(checkpointPath, limit: 1 << 31)
        try trainer.resume(from: Safetensors(decoding: bytes), model: model)
    }

    func write(_ history: [EpochRecord]) throws {
        // Not the house's encoder: these files have always spelt it activeUnits.
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        try save([UInt8](encoder.encode(history)), to: out + "/training.json")
    }

    /// Facts that must agree when training is resumed, and that the model file carries for ever.
    func provenance(_ recipe: Recipe, _ set: ImageSet) -> [String: String] {
        var facts = [
            "data": set.name, "data_sha256": set.digest.hex, "epochs": "\(recipe.epochs)",
            "batch": "\(recipe.batch)", "learning_rate": "\(recipe.learningRate)",
            "beta": "\(recipe.beta)", "seed": "\(recipe.seed)", "threads": "\(recipe.threads)",
            "elbod": elbodVersion,
        ]
        if set.reading.leftOut > 0 { facts["data_left_out"] = "\(set.reading.leftOut)" }
        if recipe.precision != .fp32 { facts["precision"] = recipe.precision.rawValue }
        if recipe.cutout > 0 { facts["cutout"] = "\(recipe.cutout)" }
        if recipe.inputGain != 1 { facts["input_gain"] = "\(recipe.inputGain)" }
        if recipe.denoising > 0 { facts["denoising"] = "\(recipe.denoising)" }
        // A falling step size depends on where it ends, so such a run cannot be prolonged.
        if recipe.schedule == .cosine { facts["schedule"] = "cosine over \(recipe.epochs) epochs" }
        return facts
    }
}
