public import ArgumentParser
import Datasets
import Detection
import Files
import Formatting
import FoundationEssentials
import Frames
import Inspection
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
    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Other normal images, by which scores are made one, or none (default: those that --recipe detect set aside, otherwise none).",
            valueName: "set"))
    var fuse: [String] = []
    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Scores to keep beside the deciding one: all, standard, or names (default: all).",
            valueName: "score"))
    var scores = ["all"]
    @OptionGroup var rule: RuleOptions
    @Flag(help: "Print the result as JSON.")
    var json = false

    /// The images that models of MNIST are calibrated with if nobody says otherwise.
    static let standardImages = "mnist:t10k[even]"

    /// The images to calibrate `model` with.
    func load(for model: any PictureModel, from data: DataOption) throws -> ImageSet {
        try data.load(
            model.images(images, standard: Self.standardImages, option: "--images"), for: model)
    }

    /// The images that scores of `model` are made one by, if any; none of `set`, that it is calibrated with, may be
    /// among them, nor any that it was trained on.
    func loadFuseSet(
        for model: Model, from data: DataOption, besides set: ImageSet
    ) throws -> ImageSet? {
        guard fuse != ["none"] else { return nil }
        let setAside = model.provenance["set_aside"]?.split(separator: " + ").map(String.init)
        let names = fuse.isEmpty ? setAside ?? [] : fuse
        guard !names.isEmpty else { return nil }
        let fuseSet = try data.load(names, for: model)
        guard fuseSet.count >= Self.fewestToFuse else {
            throw Failure(
                "\(fuseSet.count) images of \(fuseSet.name) are too few to tell how scores lie together; "
                    + "take at least \(Self.fewestToFuse)", .dataFormat)
        }
        let (shared, told) = ImageSketch(of: fuseSet).overlap(with: set)
        guard shared == 0 else {
            throw Failure(
                "\(shared) of \(told) images of \(set.name) are among those of \(fuseSet.name) as well: what is "
                    + "promised of the fused score holds for images that took no part in fusing it. Name others.",
                .dataFormat)
        }
        if let overlap = TrainingOverlap(fuseSet, model) {
            throw Failure(
                "\(overlap.seen) of the \(overlap.all) images of \(fuseSet.name) are among those that the model "
                    + "was trained on, whose scores are lower than those of others. Name others with --fuse.",
                .dataFormat)
        }
        return fuseSet
    }

    private static let fewestToFuse = 100

    /// The scores to compute, of those that can be.
    private func wanted(_ computation: Computation, _ rule: DecisionRule) throws -> ScoreSet {
        var wanted = ScoreSet(rule.scores)
        for name in scores {
            switch name {
            case "all": wanted.formUnion(computation.possible)
            case "standard": wanted.formUnion(.standard)
            default:
                guard let function = ScoreFunction(rawValue: name) else {
                    throw Failure(
                        "there is no score called \(name); there are "
                            + ScoreFunction.allCases.map(\.rawValue).joined(separator: ", "), .usage
                    )
                }
                wanted.formUnion(ScoreSet(function))
            }
        }
        guard wanted.isSubset(of: computation.possible) else {
            let missing = wanted.subtracting(computation.possible).functions.map(\.rawValue)
            throw Failure(
                "\(missing.joined(separator: ", ")): computed by comparing with normal images that took no "
                    + "other part; name such with --fuse", .usage)
        }
        return wanted
    }

    /// Scores `set` and draws the bounds; nothing is written.
    func calibration(
        of loaded: LoadedModel, with set: ImageSet, fusing fuseSet: ImageSet? = nil, revision: Int,
        precision: Precision = .fp32
    ) throws -> Calibration {
        warnOfTrainingImages(
            in: set, loaded.model,
            consequence:
                "their scores are lower than those of others, and the bounds too narrow: false "
                + "alarms will be more than calibrated for, often twice as many")
        var computation = try loaded.computation(precision, on: fuseSet ?? set)
        if let fuseSet {
            computation = computation.with(
                NormalProfile(
                    ofImages: fuseSet.pixels, count: fuseSet.count, loaded.model, by: computation))
        }
        let rule = try rule.drawn(after: fuseSet == nil ? .paper : .fused)
        let wanted = try wanted(computation, rule)
        let scores = try loaded.scores(
            of: set, by: computation, computing: wanted.union(.standard).union(.health))
        return try Calibration(
            scores: scores.map { $0.only(wanted.union(.standard).union(.health)) }, rule: rule,
            model: loaded.digest,
            data: set.identity, created: .now, revision: revision, lineage: Lineage("calibrate"),
            computation: computation)
    }

    /// Inspects the pictures of `set` and draws the bounds; nothing is written.
    func calibration(
        of model: InspectionModel, _ digest: SHA256Digest, with set: ImageSet, revision: Int,
        precision: Precision
    ) throws -> Calibration {
        guard fuse.isEmpty || fuse == ["none"], scores == ["all"] else {
            throw Failure(
                "inspection models have the scores worst_places and worst_place alone, which are not "
                    + "fused; leave --fuse and --scores out", .usage)
        }
        warnOfTrainingImages(
            in: set, model,
            consequence: "their scores are lower than those of others, and the bounds too narrow")
        let scores = model.scores(of: set, by: precision, threads: usableThreads)
        return try Calibration(
            scores: scores, rule: rule.drawn(after: .inspection), model: digest,
            data: set.identity, created: .now, revision: revision, lineage: Lineage("calibrate"),
            computation: model.computation(precision))
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
        _ calibration: Calibration, at path: String, of model: any PictureModel,
        in directory: String,
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
        for function in calibration.shown.functions {
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
        let checks = calibration.drawn.health.checks.map(\.check.fault.rawValue)
        if !checks.isEmpty {
            let named = checks.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
            print(
                "  health  anomalous as well, beyond all of these: \(named.joined(separator: ", "))"
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
