public import Frames
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
    /// How many have a fault as pictures, by the deciding rule's checks, and which faults were found.
    public let faulty: [FrameFault: Int]
    /// Areas under the ROC curve, of the score as it is: below 0.5 where anomalies score lower.
    public let auroc: [ScoreFunction: Double]

    /// How many have any fault as pictures.
    public var faults: Int { faulty.values.reduce(0, +) }

    /// So many of `count` caught by looking at the pixels alone.
    public init(_ fault: String, count: Int, faulty: [FrameFault: Int], score: ScoreFunction) {
        (self.fault, self.count, self.faulty) = (fault, count, faulty)
        (caught, auroc) = ([score: faulty.values.reduce(0, +)], [:])
    }

    init(
        fault: String, count: Int, caught: [ScoreFunction: Int], faulty: [FrameFault: Int],
        auroc: [ScoreFunction: Double]
    ) {
        (self.fault, self.count, self.caught) = (fault, count, caught)
        (self.faulty, self.auroc) = (faulty, auroc)
    }

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
        let plan = drawn.health
        return CaughtShare(
            fault: fault, count: anomalous.count,
            caught: Dictionary(uniqueKeysWithValues: outcomes.map { ($0.score, $0.flagged) }),
            faulty: anomalous.reduce(into: [:]) { counts, scores in
                if let fault = plan.fault(in: scores) { counts[fault, default: 0] += 1 }
            },
            auroc: Dictionary(uniqueKeysWithValues: outcomes.map { ($0.score, $0.auroc) }))
    }
}
