import ArgumentParser
import Datasets
import Images
import Inspection
import Platform
import Tensors
import Terminal
import VAE

/// What is done to pictures before a model sees them.
struct PreprocessOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Steps that make pictures grey images of one size, as in crop,grayscale,resize=28x28,invert; "
                + "grayscale=bgr for arrays as OpenCV holds them. They become part of the model.",
            valueName: "steps"))
    var preprocess = ""

    /// The steps, checked.
    func steps() throws -> Preprocessing {
        do throws(ImagesError) { return try Preprocessing(preprocess) } catch {
            throw Failure("--preprocess \(preprocess): \(error)", .usage)
        }
    }
}

/// Which model.
struct ModelOption: ParsableArguments {
    @Option(help: ArgumentHelp("Model directory.", valueName: "dir"))
    var model: String

    /// Loads a model of pixels.
    func load() throws -> LoadedModel {
        try reporting { try LoadedModel(directory: model) }
    }

    /// Loads a model of either kind.
    func loadAny() throws -> LoadedPictureModel {
        try reporting { try LoadedPictureModel(directory: model) }
    }
}

/// How scores are computed.
struct PrecisionOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "What scores are computed with; each precision is calibrated on its own.",
            valueName: "fp32|bf16|int8"))
    var precision = Precision.fp32

    func validate() throws {
        guard precision.isSupported else {
            throw ValidationError(
                "This processor has no instructions for \(precision.rawValue).")
        }
    }
}

extension LoadedModel {
    /// How scores of this precision are computed: with the ranges that activations take on `set`.
    func computation(_ precision: Precision, on set: ImageSet) throws -> Computation {
        guard precision == .int8 else { return Computation(precision: precision) }
        var ranges = ActivationRanges(model.architecture)
        _ = try scores(of: set) { scorer, count in ranges.add(scorer.activations, count: count) }
        let computation = Computation(precision: precision, ranges: ranges)
        guard computation.suits(model.architecture) else {
            throw Failure(
                "a layer of the model puts out nothing but zeros for \(set.name), of which no 8-bit "
                    + "steps can be made", .dataFormat)
        }
        return computation
    }

    /// Scores every image of `set` as the daemon does, by `wanted` and whatever comes with that.
    func scores(
        of set: ImageSet, by computation: Computation, computing wanted: ScoreSet = .standard
    ) throws -> [Scores] {
        try requireUnconditional()
        try requireSize(of: set)
        return ScoringEngine(model, by: computation, computing: wanted, capacity: 256).scores(
            ofImages: set.pixels, count: set.count)
    }

    private func requireSize(of set: ImageSet) throws {
        guard set.shape == model.imageShape else {
            throw Failure(
                "\(set.name) has images of \(set.rows)×\(set.columns) pixels; the model takes "
                    + "\(model.imageShape)", .dataFormat)
        }
    }

    /// Scores every image of `set`, which must have the model's size; refuses conditional models.
    func scores(of set: ImageSet, visit: (Scorer, Int) -> Void = { _, _ in }) throws -> [Scores] {
        try requireUnconditional()
        try requireSize(of: set)
        let scorer = Scorer(model.weights, capacity: 256)
        return scorer.scores(ofImages: set.pixels, count: set.count) { visit(scorer, $0) }
    }
}

extension PictureModel {
    /// Whether the default data sets are what this model knows as normal.
    var isTrainedOnMNIST: Bool { provenance["data"]?.hasPrefix("mnist:") ?? false }

    /// The sets given, or else `standard`, which only suits models trained on MNIST.
    func images(_ given: [String], standard: String, option: String) throws -> [String] {
        given.isEmpty ? [try images(nil, standard: standard, option: option)] : given
    }

    /// `given`, or else `standard`, which only suits models trained on MNIST.
    func images(_ given: String?, standard: String, option: String) throws -> String {
        if let given { return given }
        guard isTrainedOnMNIST else {
            throw Failure(
                "the model was trained on \(provenance["data"] ?? "unknown images"), so MNIST says "
                    + "nothing about it; name images with \(option)", .usage)
        }
        return standard
    }
}
