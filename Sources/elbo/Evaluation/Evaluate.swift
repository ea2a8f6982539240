import ArgumentParser
import Datasets
import Detection
import Files
import FoundationEssentials
import Inspection
import Platform
import Reports
import Tensors
import Terminal
import VAE
import VAETraining

/// `elbo evaluate`: measures a calibrated model on images that took no part in making it.
struct Evaluate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure a calibrated model on normal and anomalous images it has never met.",
        discussion: """
            A data set named alone stands for its untouched half, t10k[odd]. MSE, KL and the scores are computed at z = μ, as in the
            daemon; −ELBO is the training objective, with one z drawn from the posterior
            of each image.

            Without --anomalous only false alarms are measured, which needs nothing but
            normal images:
              elbo evaluate --model models/mine --normal more-pictures
            --leave-one-out trains a model like this one without each class in turn, which
            takes as many times as long, and tells the class by every score.
            --suite does to the normal images what goes wrong with cameras and scenes (blank,
            dim, blurred, noisy, occluded, shifted, mirrored and so on), and says how many of
            each a rule catches, by each score. --anomalous sets are further lines:
              elbo evaluate --model models/mnist --suite --rule certified --alpha 0.025
            The rule is that of the calibration, or another one drawn from its scores.
            A file that cannot be read is named, the rest is measured, and the exit code
            is 65 at the end; with --skip-bad it is 0.
            """)

    @OptionGroup var model: ModelOption
    @OptionGroup var precision: PrecisionOption
    @OptionGroup var data: DataOption
    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Normal images, one or several: \(DataOption.sets) (default for models of MNIST: mnist).",
            valueName: "set"))
    var normal: [String] = []
    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Anomalous images, likewise, or none (default: fashion-mnist for models of MNIST, otherwise none).",
            valueName: "set"))
    var anomalous: [String] = []
    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "For inspection models: masks of the anomalous pictures, one for each in the order of their names, white where they are anomalous.",
            valueName: "set"))
    var masks: [String] = []
    @OptionGroup var rule: RuleOptions
    @Option(
        help: ArgumentHelp(
            "Count events too: k anomalies among the last m images, in their order and in 100 shuffled ones.",
            valueName: "k/m"))
    var event: String?
    @Flag(help: "Measure what is caught of the faults of cameras, done to the normal images.")
    var suite = false
    @Flag(
        help: ArgumentHelp(
            "Train the model anew without each class in turn, as it was trained, and measure how well that class is told."
        ))
    var leaveOneOut = false
    @Option(
        help: ArgumentHelp(
            "Passes over the images for --leave-one-out (default: as many as the model had).",
            valueName: "n"))
    var epochs: Int?
    @Flag(help: "Print the result as JSON.")
    var json = false

    func validate() throws {
        if let event, EventRule(event) == nil {
            throw ValidationError("--event \(event): give k/m, such as 5/10, with m up to 64.")
        }
        if suite, event != nil { throw ValidationError("--suite counts no events.") }
        if leaveOneOut, suite || event != nil {
            throw ValidationError("--leave-one-out goes with neither --suite nor --event.")
        }
        if let epochs, epochs < 1 || !leaveOneOut {
            throw ValidationError("--epochs is 1 or more, and for --leave-one-out alone.")
        }
    }

    func run() throws {
        try reporting {
            let any = try model.loadAny()
            if let inspection = any.inspection { return try evaluate(any, inspection) }
            let loaded = try model.load()
            if leaveOneOut { return try measureClasses(loaded) }
            let calibration = try calibration(of: loaded)
            if suite { return try measureSuite(loaded, calibration) }
            let normalSet = try load(
                loaded.model.images(normal, standard: "mnist", option: "--normal"), loaded.model)
            let anomalousSet = try loadAnomalous(loaded.model)
            let seen = warn(of: normalSet, loaded.model, calibration)
            let computed = calibration.held.union(.pixels)
            let quality = try ModelQuality(
                loaded, normalSet, by: calibration.computation, computing: computed)
            let sets = [normalSet, anomalousSet].compactMap { $0 }
            var report = EvaluationReport(
                calibration: calibration, quality: quality, normal: normalSet.name,
                anomalous: anomalousSet?.name,
                anomalousScores: try anomalousSet.map {
                    try loaded.scores(of: $0, by: calibration.computation, computing: computed)
                } ?? [], agreement: try agreement(of: calibration, loaded, sets))
            report.trainedOn = seen
            report.events = event.flatMap { EventRule($0) }.map {
                EventCount(quality.scores, calibration, $0)
            }
            report.leftOut = sets.reduce(0) { $0 + $1.reading.leftOut }
            if json { try report.printJSON() } else { report.printTable() }
            try requireWhole(report.leftOut)
        }
    }

    func requireWhole(_ leftOut: Int) throws {
        guard data.skipBad || leftOut == 0 else {
            throw Failure(
                "\(leftOut) files could not be read and are not among these numbers; mend them, or leave "
                    + "them out with --skip-bad", .dataFormat)
        }
    }

    /// The calibration in the model directory, by the rule that is asked for.
    private func calibration(of loaded: LoadedModel) throws -> Calibration {
        let calibration = try LoadedCalibration(
            directory: model.model, model: loaded, precision: precision.precision
        ).calibration
        return try decided(calibration)
    }

    /// The same by the rule that is asked for.
    func decided(_ calibration: Calibration) throws -> Calibration {
        guard !rule.isEmpty else { return calibration }
        return try calibration.deciding(
            by: rule.drawn(after: calibration.rule), revision: calibration.revision,
            created: calibration.created, lineage: calibration.lineage)
    }

    private func measureSuite(_ loaded: LoadedModel, _ calibration: Calibration) throws {
        let normalSet = try load(
            loaded.model.images(normal, standard: "mnist", option: "--normal"), loaded.model)
        _ = warn(of: normalSet, loaded.model, calibration)
        let names = try anomalousNames(loaded.model) ?? []
        let others = try names.map { (name) throws in try load([name], loaded.model) }
        let progress = ReadingProgress("measuring")
        defer { progress.end() }
        let suite = try FaultSuite(
            calibration, normal: normalSet, others: others, progress: progress.show
        ) { (set) throws in
            try loaded.scores(
                of: set, by: calibration.computation, computing: calibration.held)
        }
        json ? try suite.printJSON() : suite.printTable()
        let leftOut = ([normalSet] + others).reduce(0) { $0 + $1.reading.leftOut }
        try requireWhole(leftOut)
    }

    /// Trains without each class, and says how it is told.
    private func measureClasses(_ loaded: LoadedModel) throws {
        let model = loaded.model
        guard let words = Train.words(for: model, out: "-"), let data = model.provenance["data"]
        else {
            throw Failure(
                "the model does not say how it was trained, and so cannot be trained without a class",
                .dataFormat)
        }
        let train = try Train.parse(Array(words.dropFirst(2)))
        var recipe = try train.recipe.recipe(.paper)
        if let epochs { recipe.epochs = epochs }
        let (stopSignal, progress) = (StopSignal(), ReadingProgress("training"))
        stopSignal.watch()
        func set(_ names: String) throws -> ImageSet {
            try self.data.load(names.split(separator: " + ").map(String.init), for: model)
        }
        let images = try set(data)
        let aside = try model.provenance["set_aside"].map(set)
        let test = try load(
            model.images(normal, standard: "mnist", option: "--normal"), model)
        defer { progress.end() }
        let result = try LeaveOneOut(
            loaded, train: images, fuse: aside, test: test, recipe: recipe, until: stopSignal,
            progress: progress.show)
        progress.end()
        json ? try result.printJSON() : result.printTable()
    }

    /// Loads a set, going on past files that cannot be read.
    private func load(_ names: [String], _ model: Model) throws -> ImageSet {
        try data.load(names.map(untouched), for: model, badFiles: .leftOut)
    }

    /// The anomalous images, if any are named or the model is one of MNIST.
    private func loadAnomalous(_ model: Model) throws -> ImageSet? {
        try anomalousNames(model).map { (names) throws in try load(names, model) }
    }

    private func anomalousNames(_ model: Model) throws -> [String]? {
        guard anomalous != ["none"], !anomalous.isEmpty || model.isTrainedOnMNIST else {
            return nil
        }
        return try model.images(anomalous, standard: "fashion-mnist", option: "--anomalous")
    }

    /// Warns if the model or the bounds were made with these images; how many trained the model.
    func warn(of set: ImageSet, _ model: any PictureModel, _ calibration: Calibration) -> Int {
        if calibration.data.sha256 == set.digest.description {
            note(
                "elbo: warning: the bounds were drawn from these very images (\(calibration.data.name)), "
                    + "so the false alarms on them say nothing about others. Name images that took no "
                    + "part in calibrating.\n")
        }
        return warnOfTrainingImages(
            in: set, model,
            consequence:
                "false alarms on others will be more than measured here, often twice as many")
    }

    /// How the verdicts of a lower precision compare with those of fp32, if there are any.
    private func agreement(
        of calibration: Calibration, _ loaded: LoadedModel, _ sets: [ImageSet]
    ) throws -> Agreement? {
        guard calibration.computation.precision != .fp32 else { return nil }
        let whole = try LoadedCalibration(directory: model.model, model: loaded).calibration
        let (judge, reference) = (Judge(calibration), Judge(whole))
        var (same, count) = (0, 0)
        for set in sets {
            let scores = try loaded.scores(
                of: set, by: calibration.computation, computing: calibration.needed)
            let references = try loaded.scores(
                of: set, by: whole.computation, computing: whole.needed)
            count += set.count
            same += zip(scores, references).count {
                judge.decide($0).isAnomaly == reference.decide($1).isAnomaly
            }
        }
        return Agreement(same: same, count: count)
    }

    private func untouched(_ name: String) -> String {
        DatasetSpecification.names.contains(name) ? "\(name):t10k[odd]" : name
    }
}

/// What a model makes of normal images.
struct ModelQuality {
    let scores: [Scores]
    let activeUnits: Int
    /// Mean of `−log p(x|z) + KL` with z drawn from the posterior, in nats per image.
    let negativeELBO: Double

    init(
        _ loaded: LoadedModel, _ set: ImageSet, by computation: Computation, computing: ScoreSet
    ) throws {
        let architecture = loaded.model.architecture
        let activity = UnitActivity(architecture.latent)
        scores = try loaded.scores(of: set, by: computation, computing: computing)
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
