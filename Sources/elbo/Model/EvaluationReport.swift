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
    let anomalous: String
    /// Nil for fp32.
    let agreement: Agreement?

    private let rules: [RuleOutcome]
    private let rule: RuleOutcome

    /// Judges both sets by the calibration.
    init(
        calibration: Calibration, quality: ModelQuality, normal: String, anomalous: String,
        anomalousScores: [Scores], agreement: Agreement?
    ) {
        (self.calibration, self.quality) = (calibration, quality)
        (self.normal, self.anomalous) = (normal, anomalous)
        self.agreement = agreement
        rules = calibration.outcomes(normal: quality.scores, anomalous: anomalousScores)
        guard let rule = rules.first(where: { $0.score == calibration.score }) else {
            preconditionFailure("a calibration holds its own score")
        }
        self.rule = rule
    }

    private struct JSON: Encodable {
        let normal: String
        let anomalous: String
        let mse: Double
        let kl: Double
        let neg_elbo: Double
        let active_units: Int
        let score: String
        let lower: Double
        let upper: Double
        let normal_within: Double
        let anomalous_flagged: Double
        let false_alarm_rate: Double
        let auroc: [String: Double]
        let precision: String
        let agreement_with_fp32: Double?
    }

    /// Prints one JSON object.
    func printJSON() throws {
        let areas = rules.map { ($0.score.rawValue, $0.auroc) }
        let report = JSON(
            normal: normal, anomalous: anomalous, mse: quality.mean(.mse), kl: quality.mean(.kl),
            neg_elbo: quality.negativeELBO, active_units: quality.activeUnits,
            score: calibration.score.rawValue, lower: calibration.deciding.lower,
            upper: calibration.deciding.upper, normal_within: rule.inside,
            anomalous_flagged: rule.flaggedRate,
            false_alarm_rate: rule.falseAlarmRate, auroc: Dictionary(uniqueKeysWithValues: areas),
            precision: calibration.computation.precision.rawValue,
            agreement_with_fp32: agreement.map { Double($0.same) / Double($0.count) })
        try elbo.printJSON(report)
    }

    /// Prints a table for people.
    func printTable() {
        let (n, m) = (rule.normal, rule.anomalous)
        let alarms = Evaluation.wilsonInterval(hits: rule.false_alarms, trials: n)
        let bounds = calibration.deciding
        print(
            """
            Model
              mean squared error    \(fixed(quality.mean(.mse), 5)) at z = μ
              −ELBO                 \(fixed(quality.negativeELBO, 2)) nats, of which KL \
            \(fixed(quality.mean(.kl), 2))
              active latent units   \(quality.activeUnits)
            Bounds
              \(calibration.score.rawValue) from \(significant(bounds.lower)) to \
            \(significant(bounds.upper)) (μ ± \(calibration.k)σ of \(bounds.n) images of \
            \(calibration.data.name))
            Verdicts
              \(normal): \(percent(n - rule.false_alarms, n)) of \(n) inside
              \(anomalous): \(percent(rule.flagged, m)) of \(m) flagged
              false alarms          \(percent(rule.false_alarms, n)), 95 % interval \
            \(fixed(100 * alarms.lowerBound, 2)) to \(fixed(100 * alarms.upperBound, 2)) %
            Area under the ROC curve
            """)
        defer {
            if let agreement {
                print(
                    "Verdicts as with fp32\n  \(percent(agreement.same, agreement.count, 3)) of "
                        + "\(agreement.count), scored by "
                        + "\(calibration.computation.precision.rawValue)")
            }
        }
        for rule in rules { print("  \(padded(rule.score.rawValue, 5)) \(fixed(rule.auroc, 5))") }
    }

    private func percent(_ part: Int, _ whole: Int, _ digits: Int = 2) -> String {
        "\(fixed(100 * Double(part) / Double(whole), digits)) %"
    }
}
