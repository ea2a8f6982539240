import Console
import ArgumentParser
import Datasets
import Detection
import FoundationEssentials
import VAE

/// Where named data sets are.
struct DataOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Folder that holds mnist/ and fashion-mnist/; otherwise $ELBO_DATA, then the user's data folder.",
            valueName: "dir"))
    var data: String?

    /// Loads what `specification` names.
    func load(_ specification: String) throws -> ImageSet {
        try reporting {
            let library = DatasetLibrary(
                explicit: data, environment: ProcessInfo.processInfo.environment)
            return try library.load(DatasetSpecification(specification))
        }
    }
}

/// Which model.
struct ModelOption: ParsableArguments {
    @Option(help: ArgumentHelp("Model directory.", valueName: "dir"))
    var model: String

    /// Loads the model.
    func load() throws -> LoadedModel {
        try reporting { try LoadedModel(directory: model) }
    }
}

extension LoadedModel {
    /// Scores every image of `set`, which must have the model's size; refuses conditional models.
    func scores(of set: ImageSet, visit: (Scorer, Int) -> Void = { _, _ in }) throws -> [Scores] {
        try requireUnconditional()
        guard set.rows * set.columns == model.imageShape.pixels else {
            throw Failure(
                "\(set.name) has images of \(set.rows)×\(set.columns) pixels; the model takes "
                    + "\(model.imageShape)", .dataFormat)
        }
        let scorer = Scorer(model.parameters, capacity: 256)
        return scorer.scores(ofImages: set.pixels, count: set.count) { visit(scorer, $0) }
    }
}

extension Model {
    /// Whether the default data sets are what this model knows as normal.
    var isTrainedOnMNIST: Bool { provenance["data"]?.hasPrefix("mnist:") ?? false }

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
