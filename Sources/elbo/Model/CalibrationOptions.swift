public import ArgumentParser
import Datasets
import Detection
import Files
import Formatting
import Platform
import Tensors
import Terminal
public import VAE

extension ScoreFunction: ExpressibleByArgument {}

/// How bounds are drawn, and from which images.
struct CalibrationOptions: ParsableArguments {
    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Held-out normal images, one or several: \(DataOption.sets) (default for models of MNIST: mnist:t10k[even]).",
            valueName: "set"))
    var images: [String] = []
    @OptionGroup var rule: RuleOptions
    @Flag(help: "Print the result as JSON.")
    var json = false

    /// The images that models of MNIST are calibrated with if nobody says otherwise.
    static let standardImages = "mnist:t10k[even]"

    /// The images to calibrate `model` with.
    func load(for model: Model, from data: DataOption) throws -> ImageSet {
        try data.load(
            model.images(images, standard: Self.standardImages, option: "--images"), for: model)
    }

    /// Scores `set` and draws the bounds; nothing is written.
    func calibration(
        of loaded: LoadedModel, with set: ImageSet, revision: Int, precision: Precision = .fp32
    ) throws -> Calibration {
        warnOfTrainingImages(
            in: set, loaded.model,
            consequence:
                "their scores are lower than those of others, and the bounds too narrow: false "
                + "alarms will be more than calibrated for, often twice as many")
        let computation = try loaded.computation(precision, on: set)
        return try Calibration(
            scores: loaded.scores(of: set, by: computation), rule: try rule.drawn(),
            model: loaded.digest,
            data: set.identity, created: .now, revision: revision, lineage: Lineage("calibrate"),
            computation: computation)
    }

    /// What `--json` prints, on one line.
    private struct Written: Encodable {
        let path: String
        let score: ScoreFunction
        let n: Int
        let mu: Double
        let sigma: Double
        let rule: String
        let k: Double?
        let lower: Double?
        let upper: Double?
        let revision: Int
    }

    /// Says what was written to `path`, in the directory of `model`.
    func report(
        _ calibration: Calibration, at path: String, of model: Model, in directory: String,
        isRedrawn: Bool = false
    ) throws {
        let (bounds, sample) = (calibration.bounds, calibration.sample)
        for doubt in SampleScreening.doubts(about: sample) { note("Note: \(doubt).\n") }
        if json {
            return try printJSONLine(
                Written(
                    path: path, score: calibration.rule.score, n: sample.n, mu: sample.mu,
                    sigma: sample.sigma, rule: calibration.rule.title, k: calibration.rule.k,
                    lower: bounds.lowerIfAny, upper: bounds.upperIfAny,
                    revision: calibration.revision))
        }
        print(
            "\(isRedrawn ? "Kept are the scores of" : "Scored") \(sample.n) normal images of "
                + calibration.data.name)
        print("Bounds: \(calibration.rule.title)")
        for function in ScoreFunction.allCases {
            guard let sample = calibration.samples[function],
                let bounds = calibration.bounds(of: function)
            else { continue }
            let name = padded(function.rawValue, 5)
            let mark = function == calibration.rule.score ? "  ← decides" : ""
            print(
                "  \(name) μ \(significant(sample.mu))  σ \(significant(sample.sigma))  "
                    + "normal \(range(from: bounds.lowerIfAny, to: bounds.upperIfAny))\(mark)"
            )
        }
        let sets =
            model.isTrainedOnMNIST
            ? "" : " --normal MORE-NORMAL-IMAGES --anomalous OTHER-IMAGES"
        print("Wrote \(path), revision \(calibration.revision)")
        let precision = calibration.computation.precision
        let option = precision == .fp32 ? "" : " --precision \(precision.rawValue)"
        print("Next: elbo evaluate --model \(directory)\(option)\(sets)")
    }
}
