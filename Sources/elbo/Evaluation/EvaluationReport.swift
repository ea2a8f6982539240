import Detection
import Formatting
import FoundationEssentials
import Tensors
import VAE

/// On how many of some images two precisions give the same verdict.
struct Agreement {
    let same: Int
    let count: Int
}

/// What `elbo evaluate` says, as a table or as JSON.
struct EvaluationReport {
    let calibration: Calibration
    let quality: ModelQuality
    let normal: String
    /// Nil if only false alarms are measured.
    let anomalous: String?
    /// Nil for fp32.
    let agreement: Agreement?
    /// Normal images that the model was trained on.
    var trainedOn = 0
    /// Files that could not be read.
    var leftOut = 0
    /// Events among the normal images, if they are to be counted.
    var events: EventCount?

    /// The statistic of the pixels that tells the two sets best without a model; nil without anomalous images.
    private let plain: PlainStatistic?
    private let rules: [RuleOutcome]
    private let rule: RuleOutcome

    /// Judges both sets by the calibration.
    init(
        calibration: Calibration, quality: ModelQuality, normal: String, anomalous: String?,
        anomalousScores: [Scores], agreement: Agreement?
    ) {
        (self.calibration, self.quality) = (calibration, quality)
        (self.normal, self.anomalous) = (normal, anomalous)
        self.agreement = agreement
        plain = PlainStatistic(normal: quality.scores, anomalous: anomalousScores)
        rules = calibration.outcomes(normal: quality.scores, anomalous: anomalousScores)
        guard let rule = rules.first(where: { $0.score == calibration.rule.score }) else {
            preconditionFailure("a calibration holds its own score")
        }
        self.rule = rule
    }

    private struct JSON: Encodable {
        let normal: String
        let anomalous: String?
        let mse: Double
        let kl: Double
        let negELBO: Double
        let activeUnits: Int
        let score: String
        let rule: String
        let lower: Double?
        let upper: Double?
        let normalWithin: Double
        let anomalousFlagged: Double?
        let falseAlarmRate: Double
        let auroc: [String: Double]?
        let precision: String
        let agreementWithFP32: Double?
        let trainedOn: Int
        let leftOut: Int
        let events: EventCount?
        let plain: PlainStatistic?
    }

    /// Prints one JSON object.
    func printJSON() throws {
        let areas = rules.map { ($0.score.rawValue, $0.auroc) }
        let report = JSON(
            normal: normal, anomalous: anomalous, mse: quality.mean(.mse), kl: quality.mean(.kl),
            negELBO: quality.negativeELBO, activeUnits: quality.activeUnits,
            score: calibration.rule.score.rawValue, rule: calibration.rule.title,
            lower: calibration.bounds.lowerIfAny, upper: calibration.bounds.upperIfAny,
            normalWithin: rule.inside,
            anomalousFlagged: anomalous == nil ? nil : rule.flaggedRate,
            falseAlarmRate: rule.falseAlarmRate,
            auroc: anomalous == nil ? nil : Dictionary(uniqueKeysWithValues: areas),
            precision: calibration.computation.precision.rawValue,
            agreementWithFP32: agreement.map { Double($0.same) / Double($0.count) },
            trainedOn: trainedOn, leftOut: leftOut, events: events, plain: plain)
        try elbo.printJSON(report)
    }

    /// Prints a table for people.
    func printTable() {
        let n = rule.normal
        let alarms = Evaluation.wilsonInterval(hits: rule.falseAlarms, trials: n)
        let bounds = calibration.bounds
        print(
            """
            Model
              mean squared error    \(fixed(quality.mean(.mse), 5)) at z = μ
              −ELBO                 \(fixed(quality.negativeELBO, 2)) nats, of which KL \
            \(fixed(quality.mean(.kl), 2))
              active latent units   \(quality.activeUnits)
            Bounds
              \(calibration.rule.score.rawValue) \
            \(range(from: bounds.lowerIfAny, to: bounds.upperIfAny)) \
            (\(calibration.rule.title), \(calibration.sample.n) images of \
            \(calibration.data.name))
            Verdicts
              \(normal): \(percent(n - rule.falseAlarms, n)) of \(n) inside
              \(flagged)
              false alarms          \(percent(rule.falseAlarms, n)), 95 % interval \
            \(fixed(100 * alarms.lowerBound, 2)) to \(fixed(100 * alarms.upperBound, 2)) %
            """)
        if anomalous != nil {
            print("Area under the ROC curve")
            for rule in rules {
                print("  \(padded(rule.score.rawValue, 5)) \(fixed(rule.auroc, 5))")
            }
            if let plain, plain.statistic != rule.score.rawValue, plain.auroc >= rule.auroc - 0.002
            {
                print(
                    "A plain statistic of the pixels is as good, without a model: \(plain.statistic), where it is "
                        + "\(plain.side), \(fixed(plain.auroc, 5))")
            }
        }
        if let events { print(events.text) }
        if let agreement {
            print(
                "Verdicts as with fp32\n  \(percent(agreement.same, agreement.count, 3)) of "
                    + "\(agreement.count), scored by "
                    + "\(calibration.computation.precision.rawValue)")
        }
    }

    private var flagged: String {
        guard let anomalous else {
            return "no anomalous images were named (--anomalous), so only false alarms are measured"
        }
        let m = rule.anomalous
        return "\(anomalous): \(percent(rule.flagged, m)) of \(m) flagged"
    }

    private func percent(_ part: Int, _ whole: Int, _ digits: Int = 2) -> String {
        "\(fixed(100 * Double(part) / Double(whole), digits)) %"
    }
}
