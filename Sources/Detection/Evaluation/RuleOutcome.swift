public import VAE

/// What the bounds of one score do to normal and to anomalous images.
public struct RuleOutcome: Sendable, Codable {
    /// The score.
    public let score: ScoreFunction
    /// Below it a score is anomalous; nil if no score is.
    public let lower: Double?
    /// Above it a score is anomalous; nil if no score is.
    public let upper: Double?
    /// Normal images judged.
    public let normal: Int
    /// Normal images outside the bounds.
    public let falseAlarms: Int
    /// Anomalous images judged.
    public let anomalous: Int
    /// Anomalous images outside the bounds.
    public let flagged: Int
    /// Area under the ROC curve of the score, whatever the bounds.
    public let auroc: Double

    /// The share of normal images inside the bounds.
    public var inside: Double { 1 - falseAlarmRate }
    /// The share of normal images outside the bounds.
    public var falseAlarmRate: Double { Double(falseAlarms) / Double(normal) }
    /// The share of anomalous images outside the bounds.
    public var flaggedRate: Double { Double(flagged) / Double(anomalous) }
}

extension Calibration {
    /// What the deciding rule, applied to each score that this calibration holds, does to these images.
    public func outcomes(normal: [Scores], anomalous: [Scores]) -> [RuleOutcome] {
        shown.functions.compactMap { function in
            let rule = function == rule.score ? rule : rule.alone(function)
            guard isDrawn(for: function), let judge = try? Judge(rule, over: samples) else {
                return nil
            }
            return RuleOutcome(
                score: function, lower: judge.bounds.lowerIfAny,
                upper: judge.bounds.upperIfAny,
                normal: normal.count,
                falseAlarms: normal.count { judge.decide($0).isAnomaly },
                anomalous: anomalous.count,
                flagged: anomalous.count { judge.decide($0).isAnomaly },
                auroc: Evaluation.auroc(
                    normal: normal.map { $0[function] },
                    anomalous: anomalous.map { $0[function] }))
        }
    }
}
