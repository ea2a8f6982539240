public import VAE

/// How many of some anomalous images each score catches by one method, and how well it tells them from
/// normal ones whatever the bounds.
public struct CaughtShare: Sendable, Equatable {
    /// What is wrong with the images.
    public let fault: String
    /// How many there are.
    public let count: Int
    /// How many are outside the bounds, by the score that decides; the method is the rule's for all.
    public let caught: [ScoreFunction: Int]
    /// Areas under the ROC curve, of the score as it is: below 0.5 where anomalies score lower.
    public let auroc: [ScoreFunction: Double]

    /// The share that a score catches.
    public func share(_ score: ScoreFunction) -> Double {
        Double(caught[score] ?? 0) / Double(max(1, count))
    }

    /// Where the share that a score catches lies with 95 % confidence.
    public func interval(_ score: ScoreFunction) -> ClosedRange<Double> {
        Evaluation.wilsonInterval(hits: caught[score] ?? 0, trials: count)
    }
}

extension Calibration {
    /// What the deciding rule, applied to each score that this calibration holds, catches of images with a
    /// fault.
    public func caught(
        _ fault: String, normal: [Scores], anomalous: [Scores]
    ) -> CaughtShare {
        let outcomes = outcomes(normal: normal, anomalous: anomalous)
        return CaughtShare(
            fault: fault, count: anomalous.count,
            caught: Dictionary(uniqueKeysWithValues: outcomes.map { ($0.score, $0.flagged) }),
            auroc: Dictionary(uniqueKeysWithValues: outcomes.map { ($0.score, $0.auroc) }))
    }
}
