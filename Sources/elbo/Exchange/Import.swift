import ArgumentParser
import Detection
import Files
import FoundationEssentials
import Images
import Networks
import Platform
import Tensors
import Terminal
import VAE

/// `elbo import`: a model that PyTorch trained.
struct Import: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Take a model trained in PyTorch, and calibrate it.",
        discussion: #"""
            The file holds the state_dict of PyTorch's VAE example: fc1, fc21, fc22, fc3,
            fc4, each with .weight and .bias; more hidden layers are fc1_2, fc3_2 and on.
            A prefix of all names, such as module. or _orig_mod., is taken away, and F16,
            BF16 and F64 become 32-bit floats.
              safetensors.torch.save_file(model.state_dict(), "vae.safetensors")
              elbo import --safetensors vae.safetensors --out models/mine \
                  --trained-on mnist:train
            Sizes follow from the shapes. Layers are taken for ReLU, and pixels for 8 bits
            divided by 255, as in the example; with --preprocess those of any picture.
            Nothing is written unless calibration succeeds.
            """#)

    @Option(help: ArgumentHelp("File to read.", valueName: "file"))
    var safetensors: String
    @Option(help: ArgumentHelp("Model directory to write.", valueName: "dir"))
    var out: String
    @Option(
        help: ArgumentHelp(
            "What it was trained on, for the record; mnist:train makes MNIST the default below.",
            valueName: "set"))
    var trainedOn: String?
    @OptionGroup var preprocess: PreprocessOption
    @OptionGroup var likelihood: LikelihoodOptions
    @OptionGroup var data: DataOption
    @OptionGroup var calibration: CalibrationOptions
    @Flag(help: "Replace a model that is in the directory already.")
    var force = false

    func run() throws {
        try reporting {
            guard force || fileKind(at: LoadedModel.path(in: out)) == .absent else {
                throw Failure(
                    "\(out) holds a model already; name another folder, or replace it with --force",
                    .cannotCreate)
            }
            let steps = try preprocess.steps()
            let loaded = try LoadedModel(
                bytes: model(data.imageShape(), steps).safetensors.encoded())
            // A conditional model draws images; it cannot judge a stream, so it needs no bounds.
            guard !loaded.model.architecture.isConditional else {
                try write(loaded.model, nil)
                return note("Wrote \(out); a conditional model needs no calibration\n")
            }
            let set = try calibration.load(for: loaded.model, from: data)
            let bounds = try calibration.calibration(
                of: loaded, with: set, revision: Calibration.nextRevision(in: out))
            try write(loaded.model, bounds)
            try calibration.report(
                bounds, at: Calibration.path(in: out), of: loaded.model, in: out)
        }
    }

    private func model(_ shape: ImageShape?, _ steps: Preprocessing) throws -> Model {
        let bytes = try readFile(safetensors, limit: 1 << 31)
        do {
            var model = try Model(
                importing: Safetensors(decoding: bytes), imageShape: shape,
                likelihood: likelihood.likelihood, preprocessing: steps)
            model.provenance = [
                "imported_from": safetensors.split(separator: "/").last.map(String.init) ?? "",
                "imported_sha256": SHA256Digest(of: bytes).hex, "elbod": elbodVersion,
            ]
            model.provenance["data"] = trainedOn
            return model
        } catch { throw Failure("\(safetensors): \(error)", .dataFormat) }
    }

    private func write(_ model: Model, _ calibration: Calibration?) throws {
        try makeFolder(out)
        try keepInForce(in: CalibrationFolder(directory: out, precision: .fp32))
        try save(model.safetensors.encoded(), to: LoadedModel.path(in: out))
        if let calibration { try save(calibration.encoded(), to: Calibration.path(in: out)) }
    }
}
