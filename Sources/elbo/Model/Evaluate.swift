import ArgumentParser
import Datasets
import Detection
import FoundationEssentials
import VAE

/// `elbo evaluate`: measures a calibrated model on images that took no part in making it.
struct Evaluate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure a calibrated model on normal and anomalous images it has never met.",
        discussion: """
            A data set named without a range stands for its untouched half,
            t10k[5000..<10000]. MSE, KL and the scores are computed at z = μ, as in the
            daemon; −ELBO is the training objective, with one z drawn from the posterior
            of each image.
            """)

    @OptionGroup var model: ModelOption
    @OptionGroup var precision: PrecisionOption
    @OptionGroup var data: DataOption
    @Option(
        help: ArgumentHelp("Normal images (default for models of MNIST: mnist).", valueName: "set"))
    var normal: String?
    @Option(
        help: ArgumentHelp(
            "Anomalous images (default for models of MNIST: fashion-mnist).", valueName: "set"))
    var anomalous: String?
    @Flag(help: "Print the result as JSON.")
    var json = false

    func run() throws {
        try reporting {
            let loaded = try model.load()
            let calibration = try LoadedCalibration(
                directory: model.model, model: loaded, precision: precision.precision
            ).calibration
            let preprocessing = loaded.model.preprocessing
            let normalSet = try data.load(
                untouched(loaded.model.images(normal, standard: "mnist", option: "--normal")),
                preprocessing)
            let anomalousSet = try data.load(
                untouched(
                    loaded.model.images(
                        anomalous, standard: "fashion-mnist", option: "--anomalous")),
                preprocessing)
            let quality = try ModelQuality(loaded, normalSet, by: calibration.computation)
            let report = EvaluationReport(
                calibration: calibration, quality: quality, normal: normalSet.name,
                anomalous: anomalousSet.name,
                anomalousScores: try loaded.scores(of: anomalousSet, by: calibration.computation),
                agreement: try agreement(of: calibration, loaded, [normalSet, anomalousSet]))
            if json { try report.printJSON() } else { report.printTable() }
        }
    }

    /// How the verdicts of a lower precision compare with those of fp32, if there are any.
    private func agreement(
        of calibration: Calibration, _ loaded: LoadedModel, _ sets: [ImageSet]
    ) throws -> Agreement? {
        guard calibration.computation != .fp32 else { return nil }
        let whole = try LoadedCalibration(directory: model.model, model: loaded).calibration
        let (judge, reference) = (Judge(calibration), Judge(whole))
        var (same, count) = (0, 0)
        for set in sets {
            let scores = try loaded.scores(of: set, by: calibration.computation)
            let references = try loaded.scores(of: set, by: .fp32)
            count += set.count
            same += zip(scores, references).count {
                judge.judge($0).isAnomaly == reference.judge($1).isAnomaly
            }
        }
        return Agreement(same: same, count: count)
    }

    private func untouched(_ name: String) -> String {
        DatasetSpecification.names.contains(name) ? "\(name):t10k[5000..<10000]" : name
    }
}

/// What a model makes of normal images.
struct ModelQuality {
    let scores: [Scores]
    let activeUnits: Int
    /// Mean of `−log p(x|z) + KL` with z drawn from the posterior, in nats per image.
    let negativeELBO: Double

    init(_ loaded: LoadedModel, _ set: ImageSet, by computation: Computation) throws {
        let architecture = loaded.model.architecture
        let activity = UnitActivity(architecture.latent)
        scores = try loaded.scores(of: set, by: computation)
        _ = try loaded.scores(of: set) { scorer, count in
            activity.add(scorer.activations.mu, rows: count)
        }
        activeUnits = activity.activeUnits(images: set.count)
        let bound = ELBOEstimator(loaded.model.weights)
        negativeELBO = bound.negativeELBO(ofImages: set.pixels, count: set.count, seed: 1)
    }

    func mean(_ function: ScoreFunction) -> Double {
        scores.reduce(0) { $0 + Double($1[function]) } / Double(scores.count)
    }
}
