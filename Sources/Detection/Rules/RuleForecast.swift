/// What a rule would do to normal images, as far as the scores of a calibration tell.
public struct RuleForecast: Sendable, Equatable {
    /// The rule.
    public let rule: DecisionRule
    /// Between which scores it calls an image normal.
    public let bounds: ScoreBounds
    /// The share of false alarms to be expected: of rules that promise none, that of the calibration's own
    /// scores.
    public let rate: Double
    /// Where the true share lies in 95 of 100 calibrations.
    public let range: ClosedRange<Double>

    /// What a rule would do; throws what keeps it from being drawn, as too few scores.
    public init(_ rule: DecisionRule, over sample: ScoreSample) throws(CalibrationError) {
        self.rule = rule
        bounds = try rule.bounds(over: sample)
        if let rank = rule.rank(of: sample.n), let tails = rule.tails {
            // What lies outside the k-th scores from both ends are 2k of the n + 1 gaps, which are alike.
            let law = BetaLaw(rank: tails.count * rank, of: sample.n)
            (rate, range) = (law.mean, law.quantile(0.025)...law.quantile(0.975))
        } else {
            let bounds = bounds
            let hits = sample.sorted.count { bounds.side(of: $0) != .inside }
            rate = Double(hits) / Double(sample.n)
            range = Evaluation.wilsonInterval(hits: hits, trials: sample.n)
        }
    }

    /// A lower bound below which no score can be, if scores are from 0: it never fires.
    public var hasDeadLowerBound: Bool { bounds.lowerIfAny.map { $0 <= 0 } ?? false }

    /// False alarms an hour at so many frames a second.
    public func alarmsPerHour(framesPerSecond: Double) -> Double { rate * framesPerSecond * 3600 }
}
