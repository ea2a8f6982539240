import Detection
import Formatting
import Tensors
import VAE

/// What `elbo evaluate` says of an inspection model, as a table or as JSON.
struct InspectionEvaluation {
    let calibration: Calibration
    let normal: String
    /// Nil if only false alarms are measured.
    let anomalous: String?
    let normalScores: [Scores]
    let anomalousScores: [Scores]
    /// Where pictures are odd, compared with masks; nil without these.
    let overlap: RegionOverlap?
    /// Nil for fp32.
    let agreement: Agreement?
    let trainedOn: Int
    let leftOut: Int

    private struct JSON: Encodable {
        let normal: String
        let anomalous: String?
        let score: String
        let rule: String
        let lower: Double?
        let upper: Double?
        let falseAlarmRate: Double
        let anomalousFlagged: Double?
        let auroc: [String: Double]?
        let auPRO5: Double?
        let auPRO30: Double?
        let recallAt01: Double?
        let recallAt1: Double?
        let precision: String
        let agreementWithFP32: Double?
        let trainedOn: Int
        let leftOut: Int
    }

    private var outcomes: [RuleOutcome] {
        calibration.outcomes(normal: normalScores, anomalous: anomalousScores)
    }

    private var decided: RuleOutcome {
        guard let outcome = outcomes.first(where: { $0.score == calibration.rule.score }) else {
            preconditionFailure("a calibration holds its own score")
        }
        return outcome
    }

    /// Prints one JSON object.
    func printJSON() throws {
        let (decided, isMeasured) = (decided, anomalous != nil)
        let areas = outcomes.map { ($0.score.rawValue, $0.auroc) }
        try elbo.printJSON(
            JSON(
                normal: normal, anomalous: anomalous, score: calibration.rule.score.rawValue,
                rule: calibration.rule.title, lower: calibration.bounds.lowerIfAny,
                upper: calibration.bounds.upperIfAny, falseAlarmRate: decided.falseAlarmRate,
                anomalousFlagged: isMeasured ? decided.flaggedRate : nil,
                auroc: isMeasured ? Dictionary(uniqueKeysWithValues: areas) : nil,
                auPRO5: overlap?.area(upTo: 0.05), auPRO30: overlap?.area(upTo: 0.3),
                recallAt01: overlap?.recall(atNormalRate: 0.001),
                recallAt1: overlap?.recall(atNormalRate: 0.01),
                precision: calibration.computation.precision.rawValue,
                agreementWithFP32: agreement.map { Double($0.same) / Double($0.count) },
                trainedOn: trainedOn, leftOut: leftOut))
    }

    /// Prints a table for people.
    func printTable() {
        let decided = decided
        print(
            """
            Bounds
              \(calibration.rule.score.rawValue) \
            \(range(from: calibration.bounds.lowerIfAny, to: calibration.bounds.upperIfAny)) \
            (\(calibration.rule.title), \(calibration.sample.n) pictures of \
            \(calibration.data.name))
            Verdicts
              \(normal): \(share(decided.normal - decided.falseAlarms, decided.normal)) inside
            """)
        if let anomalous {
            print("  \(anomalous): \(share(decided.flagged, decided.anomalous)) flagged")
        } else {
            print(
                "  no anomalous pictures were named (--anomalous): only false alarms are measured")
        }
        let interval = Evaluation.wilsonInterval(
            hits: decided.falseAlarms, trials: decided.normal)
        print(
            "  false alarms \(share(decided.falseAlarms, decided.normal)), 95 % interval "
                + "\(fixed(100 * interval.lowerBound, 2)) to \(fixed(100 * interval.upperBound, 2)) %"
        )
        if anomalous != nil {
            print("Area under the ROC curve of pictures")
            for outcome in outcomes {
                print("  \(padded(outcome.score.rawValue, 12)) \(fixed(outcome.auroc, 4))")
            }
        }
        if let overlap { describe(overlap) }
        if let agreement {
            print(
                "Verdicts as with fp32\n  \(share(agreement.same, agreement.count)), scored by "
                    + calibration.computation.precision.rawValue)
        }
    }

    private func describe(_ overlap: RegionOverlap) {
        print(
            """
            Where, by the masks of \(overlap.regionCount) regions in \(overlap.pictureCount) pictures
              AU-PRO up to 5 %       \(fixed(overlap.area(upTo: 0.05), 4))
              AU-PRO up to 30 %      \(fixed(overlap.area(upTo: 0.3), 4))
              recall of a picture    \(fixed(100 * overlap.recall(atNormalRate: 0.01), 1)) % where 1 % \
            of the pixels of normal pictures are called odd, \
            \(fixed(100 * overlap.recall(atNormalRate: 0.001), 1)) % where 0.1 % are
            """)
    }

    private func share(_ part: Int, _ whole: Int) -> String {
        "\(fixed(100 * Double(part) / Double(whole), 2)) % of \(whole)"
    }
}
