public import VAE

/// Decides by one rule over one sample of scores: the only code that says what is anomalous, for the
/// daemon, its dry runs, `elbo score`, `evaluate` and `report` alike.
///
/// Without state and without memory of its own, so any thread may use it.
public struct Judge: Sendable {
    /// The score that decides.
    public let score: ScoreFunction
    /// Between which values it is normal.
    public let bounds: ScoreBounds
    private let mu: Double
    private let sigma: Double

    /// A judge by `rule` over `sample`, the scores of the rule's own function.
    public init(_ rule: DecisionRule, over sample: ScoreSample) {
        score = rule.score
        bounds = rule.bounds(over: sample)
        (mu, sigma) = (sample.mu, sample.sigma)
    }

    /// A judge by the rule that decides in a calibration.
    public init(_ calibration: Calibration) {
        self.init(calibration.rule, over: calibration.sample)
    }

    /// Decides about one image by its scores; a score that is not a number counts as high.
    ///
    /// Where all calibrated scores were one and the same, any other is infinitely many deviations away.
    public func decide(_ scores: Scores) -> Decision {
        let value = scores[score]
        let distance = Double(value) - mu
        let z = sigma > 0 ? distance / sigma : distance == 0 ? 0 : distance * .infinity
        return Decision(score: value, z: Float(z), side: bounds.side(of: value))
    }
}

/// The values between which a score is normal, both included.
public struct ScoreBounds: Sendable, Equatable {
    /// Below it a score is anomalous.
    public let lower: Double
    /// Above it a score is anomalous.
    public let upper: Double

    /// Bounds at these values.
    public init(lower: Double, upper: Double) {
        (self.lower, self.upper) = (lower, upper)
    }

    /// Where `score` lies; one that is not a number counts as high.
    public func side(of score: Float) -> Decision.Side {
        Double(score) < lower ? .low : Double(score) <= upper ? .inside : .high
    }
}
