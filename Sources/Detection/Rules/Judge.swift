import Frames
public import VAE

/// Decides by one rule over the scores of normal images: the only code that says what is anomalous, for the
/// daemon, its dry runs, `elbo score`, `evaluate` and `report` alike.
///
/// Without state, so any thread may use it; one object, since it is looked up for every frame and copying its lists would
/// count their references each time.
public final class Judge: Sendable {
    /// The rule with its bounds.
    public let drawn: DrawnRule
    /// Whether frames that do not change are a fault.
    public let findsFrozen: Bool
    private let witnesses: [Witness]

    /// A judge by `rule` over the scores of normal images by each function; throws if it cannot be drawn from these.
    public init(
        _ rule: DecisionRule, over samples: [ScoreFunction: ScoreSample]
    ) throws(CalibrationError) {
        let drawn = try DrawnRule(rule, over: samples)
        self.drawn = drawn
        findsFrozen = rule.health.contains(.frozen)
        witnesses = drawn.clauses.compactMap { clause in
            samples[clause.score].map { Witness(clause, $0, rule.tails) }
        }
    }

    /// A judge by the rule that decides in a calibration.
    public convenience init(_ calibration: Calibration) {
        do { try self.init(calibration.rule, over: calibration.samples) } catch {
            preconditionFailure("a calibration holds a rule that can be drawn from it: \(error)")
        }
    }

    /// The score that decides, or the first of several.
    public var score: ScoreFunction { drawn.rule.score }

    /// Between which values the first score is normal.
    public var bounds: ScoreBounds { drawn.bounds }

    /// Decides about one image by its scores; a score that is not a number counts as high.
    ///
    /// Where all calibrated scores were one and the same, any other is infinitely many deviations away.
    public func decide(_ scores: Scores) -> Decision {
        var decision = witnesses[0].decide(scores)
        for witness in witnesses.dropFirst() {
            let other = witness.decide(scores)
            if other.isOdder(than: decision) { decision = other }
        }
        decision.fault = drawn.health.fault(in: scores)
        return decision
    }
}

extension Decision {
    /// Whether it finds an image odder than another decision on the same.
    fileprivate func isOdder(than other: Decision) -> Bool {
        if (side == .inside) != (other.side == .inside) { return side != .inside }
        if let p, let q = other.p { return p < q }
        return abs(z) > abs(other.z)
    }
}

/// What one score says.
private struct Witness: Sendable {
    let clause: DrawnRule.Clause
    let mu: Double
    let sigma: Double
    /// What p-values are counted from; nil where the rule knows none.
    let ranks: (sorted: [Float], tails: DecisionRule.Tails)?

    init(
        _ clause: DrawnRule.Clause, _ sample: ScoreSample, _ tails: DecisionRule.Tails?
    ) {
        self.clause = clause
        (mu, sigma) = (sample.mu, sample.sigma)
        ranks = tails.map { (sample.sorted, $0) }
    }

    func decide(_ scores: Scores) -> Decision {
        let value = scores[clause.score]
        let distance = Double(value) - mu
        let z = sigma > 0 ? distance / sigma : distance == 0 ? 0 : distance * .infinity
        return Decision(
            clause.score, score: value, z: Float(z), side: clause.bounds.side(of: value),
            p: p(of: value))
    }

    /// The share of normal images at least as far out, counted with this one.
    ///
    /// (1 + #{sᵢ ≥ s}) / (n + 1) on the high side, and of two sides twice the smaller; in an extrapolated tail
    /// what that says.
    private func p(of value: Float) -> Float? {
        guard let (sorted, tails) = ranks else { return nil }
        let (below, notAbove) = (
            sorted.partitionPoint { $0 < value }, sorted.partitionPoint { $0 <= value }
        )
        let all = Float(sorted.count + 1)
        let beyond = { (tail: ParetoTail?) in tail?.survival(Double(value)).map { Float($0) } }
        let high = beyond(clause.tails.high) ?? Float(1 + sorted.count - below) / all
        let low = beyond(clause.tails.low) ?? Float(1 + notAbove) / all
        switch tails {
        case .high: return high
        case .low: return low
        case .both: return min(1, 2 * min(high, low))
        }
    }
}

extension [Float] {
    /// How many elements, in ascending order, come before the first for which `isBefore` is false.
    fileprivate func partitionPoint(_ isBefore: (Float) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if isBefore(self[middle]) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

/// The values between which a score is normal, both included.
public struct ScoreBounds: Sendable, Equatable {
    /// Below it a score is anomalous; −∞ where no score is.
    public let lower: Double
    /// Above it a score is anomalous; ∞ where no score is.
    public let upper: Double

    /// Bounds at these values.
    public init(lower: Double, upper: Double) {
        (self.lower, self.upper) = (lower, upper)
    }

    /// The lower bound, if there is one.
    public var lowerIfAny: Double? { lower.isFinite ? lower : nil }
    /// The upper bound, if there is one.
    public var upperIfAny: Double? { upper.isFinite ? upper : nil }

    /// Where `score` lies; one that is not a number counts as high.
    public func side(of score: Float) -> Decision.Side {
        Double(score) < lower ? .low : Double(score) <= upper ? .inside : .high
    }
}
