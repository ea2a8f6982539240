import ArgumentParser
import Datasets
import Files
import FoundationEssentials
import Images
import Networks
import Platform
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

            Images are an IDX or .npy file, or a folder of PNG and JPEG files; with
            --preprocess those may be of any size and in colour:
              elbo train --images pictures --preprocess grayscale,resize=28x28 --out DIR
            """)

    @OptionGroup var data: DataOption
    @Option(
        name: .customLong("recipe"),
        help: "Defaults that belong together: the paper's, or those of the lowest −ELBO.")
    var preset = Preset.paper
    @OptionGroup var preprocess: PreprocessOption
    @OptionGroup var sizes: SizeOptions
    @OptionGroup var recipe: RecipeOptions
    @Option(help: ArgumentHelp("Normal images to learn from.", valueName: "set"))
    var images = "mnist:train"
    @Option(help: ArgumentHelp("Model directory to write.", valueName: "dir"))
    var out: String
    @Flag(help: "Go on from the checkpoint in the model directory.")
    var resume = false
    @Flag(help: "Replace a model that is in the directory already.")
    var force = false

    func run() async throws {
        let stopSignal = StopSignal()
        stopSignal.watch()
        try reporting { try train(until: stopSignal) }
    }

    private func train(until stopSignal: StopSignal) throws {
        let recipe = try recipe.recipe(preset)
        let preprocessing = try preprocess.steps()
        try protectFolder()
        let set = try data.load(images, preprocessing)
        let architecture = try sizes.architecture(for: set, preset)
        let parameters = Parameters(architecture)
        parameters.initialize(seed: recipe.seed)
        let model = Model(
            weights: Weights(parameters),
            imageShape: ImageShape(rows: set.rows, columns: set.columns),
            preprocessing: preprocessing,
            provenance: provenance(recipe, set))
        let trainer = try Trainer(
            parameters, recipe: recipe, pixels: set.pixels, count: set.count,
            labels: set.labels)
        if resume { try restore(trainer, model) }
        try makeFolder(out)
        let progress = TrainingProgress(trainer, images: set.count)
        progress.begin(architecture, set: set.name, out: out)
        while !trainer.isFinished {
            guard
                let record = try trainer.runEpoch({ fraction, terms in
                    progress.show(fraction, terms)
                    return !stopSignal.isRequested
                })
            else {
                progress.end()
                throw Failure(
                    trainer.history.isEmpty
                        ? "stopped before the first checkpoint; nothing was written"
                        : "stopped; the checkpoint of epoch \(trainer.history.count) is whole, go on "
                            + "with --resume", .interrupted)
            }
            progress.finish(record)
            try save(trainer.checkpoint(of: model).encoded(), to: checkpointPath)
        }
        try save(model.with(trainer.weights).safetensors.encoded(), to: LoadedModel.path(in: out))
        try write(trainer.history)
        try? FileManager.default.removeItem(atPath: checkpointPath)
        let held = model.isTrainedOnMNIST ? "" : " --images HELD-OUT-NORMAL-IMAGES"
        print("Wrote \(LoadedModel.path(in: out)); next: elbo calibrate --model \(out)\(held)")
    }

    private var checkpointPath: String { out + "/checkpoint.safetensors" }

    /// Refuses to replace what is worth keeping.
    private func protectFolder() throws {
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

    private func restore(_ trainer: Trainer, _ model: Model) throws {
        guard fileKind(at: checkpointPath) == .file else {
            throw Failure(
                "there is nothing to resume: no \(checkpointPath); a finished run leaves none",
                .noInput)
        }
        let bytes = try readFile(checkpointPath, limit: 1 << 31)
        try trainer.resume(from: Safetensors(decoding: bytes), model: model)
    }

    private func write(_ history: [EpochRecord]) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        try save([UInt8](encoder.encode(history)), to: out + "/training.json")
    }

    /// Facts that must agree when training is resumed, and that the model file carries for ever.
    private func provenance(_ recipe: Recipe, _ set: ImageSet) -> [String: String] {
        var facts = [
            "data": set.name, "data_sha256": set.digest.hex, "epochs": "\(recipe.epochs)",
            "batch": "\(recipe.batch)", "learning_rate": "\(recipe.learningRate)",
            "beta": "\(recipe.beta)", "seed": "\(recipe.seed)", "threads": "\(recipe.threads)",
            "elbod": elbodVersion,
        ]
        if recipe.precision != .single { facts["precision"] = recipe.precision.rawValue }
        if recipe.denoising > 0 { facts["denoising"] = "\(recipe.denoising)" }
        // A falling step size depends on where it ends, so such a run cannot be prolonged.
        if recipe.schedule == .cosine { facts["schedule"] = "cosine over \(recipe.epochs) epochs" }
        return facts
    }
}
