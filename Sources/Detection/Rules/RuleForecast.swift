public import VAE

/// What a rule would do to normal images, as far as the scores of a calibration tell.
public struct RuleForecast: Sendable, Equatable {
    /// The rule.
    public let rule: DecisionRule
    /// The rule with all its bounds.
    public let drawn: DrawnRule
    /// Between which values of its first score it calls an image normal.
    public let bounds: ScoreBounds
    /// The share of false alarms to be expected: of rules that promise none, that of the calibration's own
    /// scores.
    public let rate: Double
    /// Where the true share lies in 95 of 100 calibrations.
    public let range: ClosedRange<Double>

    /// What a rule would do; throws what keeps it from being drawn, as too few scores.
    public init(
        _ rule: DecisionRule, over samples: [ScoreFunction: ScoreSample]
    ) throws(CalibrationError) {
        self.rule = rule
        let drawn = try DrawnRule(rule, over: samples)
        (self.drawn, bounds) = (drawn, drawn.bounds)
        if let ranks = drawn.ranks {
            // What lies beyond the k-th scores from the ends is K of the n + 1 gaps, which are alike.
            let law = BetaLaw(rank: ranks, of: drawn.n)
            (rate, range) = (law.mean, law.quantile(0.025)...law.quantile(0.975))
        } else {
            // Of several scores and checks nobody has kept which images they share, so each counts its own.
            let beyond = drawn.clauses.reduce(drawn.health.spent) { sum, clause in
                sum
                    + (samples[clause.score]?.sorted.count { clause.bounds.side(of: $0) != .inside }
                        ?? 0)
            }
            let hits = min(beyond, drawn.n)
            rate = Double(hits) / Double(drawn.n)
            range = Evaluation.wilsonInterval(hits: hits, trials: drawn.n)
        }
    }

    /// A lower bound below which no score can be, if scores are from 0: it never fires.
    public var hasDeadLowerBound: Bool { bounds.lowerIfAny.map { $0 <= 0 } ?? false }

    /// Where the bound of the first score lies in 95 of 100 calibrations, if it is extrapolated.
    public var extrapolation: ClosedRange<Double>? {
        guard case .tail(let alpha, let tails) = rule.method else { return nil }
        let left = alpha - Double(drawn.health.spent) / Double(drawn.n + 1)
        return drawn.clauses[0].interval(left / Double(tails.count * rule.scores.count))
    }

    /// False alarms an hour at so many frames a second.
    public func alarmsPerHour(framesPerSecond: Double) -> Double { rate * framesPerSecond * 3600 }
}
