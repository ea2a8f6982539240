public import Frames
public import VAE

/// How scores become decisions: which score, and between which values of it an image is normal.
///
/// A calibration holds a list of rules, of which the first decides. All are drawn from the scores that it
/// keeps, so that another rule needs neither images nor scoring.
public struct DecisionRule: Sendable, Equatable {
    /// The score that decides.
    public var score: ScoreFunction
    /// How its bounds are drawn.
    public var method: Method
    /// Further scores, each of which may call an image anomalous by the same method: any of them, with α divided
    /// among all.
    public var others: [ScoreFunction]
    /// What is looked for in the pixels before any score, out of the same α (`HealthPlan`).
    public var health: FaultSet

    /// How bounds are drawn from the scores of normal images.
    ///
    /// Closed: a method is a case here with what it needs, how it is drawn, and how it is written
    /// (`Parameters`).
    public enum Method: Sendable, Equatable {
        /// μ ± kσ: the paper's rule. It promises no rate of false alarms.
        case sigma(k: Double)
        /// Bounds set by hand, at least one; nil has none on that side.
        case fixed(lower: Double?, upper: Double?)
        /// α of normal images are called anomalous, in the mean over calibrations: those whose p-value is
        /// at most α (split conformal; Vovk, Gammerman and Shafer, 2005).
        case quantile(alpha: Double, tails: Tails)
        /// At most α of normal images are, with a stated confidence: see `Certificate`.
        case certified(alpha: Double, confidence: Double, tails: Tails)
        /// α of normal images are, as far as the law of the most extreme scores can be extrapolated: for shares
        /// that are too small for what was calibrated with (`ParetoTail`).
        case tail(alpha: Double, tails: Tails)
    }

    /// On which sides of the normal scores anomalies are looked for.
    public enum Tails: String, Sendable, Codable, CaseIterable {
        /// High scores: images that the model explains badly.
        case high
        /// Low scores: images that it explains suspiciously well, such as blank ones.
        case low
        /// Both, each with half of α.
        case both

        /// How many sides.
        public var count: Int { self == .both ? 2 : 1 }
        var hasLow: Bool { self != .high }
        var hasHigh: Bool { self != .low }
    }

    /// A rule over this score, and any of `others`.
    public init(
        score: ScoreFunction, method: Method, others: [ScoreFunction] = [],
        health: FaultSet = .all
    ) {
        (self.score, self.method) = (score, method)
        (self.others, self.health) = (others, health)
    }

    /// μ ± kσ of this score.
    public static func sigma(score: ScoreFunction, k: Double) -> DecisionRule {
        DecisionRule(score: score, method: .sigma(k: k))
    }

    /// The paper's: μ ± 2σ of the mean squared error.
    public static let paper = sigma(score: .mse, k: 2)

    /// That of models whose scores are fused: at most 1 % false alarms, with 99 % confidence.
    public static let fused = DecisionRule(
        score: .fused, method: .certified(alpha: 0.01, confidence: 0.99, tails: .high))

    /// That of inspection models: 5 % of normal pictures, by their worst places.
    ///
    /// A camera that is covered, blinded or noisy is odd in all places; to look for the other faults too would take
    /// ranks, of which a few hundred pictures have five.
    public static let inspection = DecisionRule(
        score: .worstPlaces, method: .quantile(alpha: 0.05, tails: .high),
        health: FaultSet([.frozen]))

    /// k in μ ± kσ; nil for other methods.
    public var k: Double? {
        if case .sigma(let k) = method { k } else { nil }
    }

    /// Whether it says what a score is worth as a p-value.
    public var hasPValues: Bool { tails != nil }

    /// All scores that decide, the first of them first.
    public var scores: [ScoreFunction] { [score] + others.filter { $0 != score } }

    var tails: Tails? {
        switch method {
        case .sigma, .fixed: nil
        case .quantile(_, let tails), .certified(_, _, let tails), .tail(_, let tails): tails
        }
    }

    /// The same rule for another score or by another method, where they are given.
    public func with(score: ScoreFunction? = nil, method: Method? = nil) -> DecisionRule {
        DecisionRule(
            score: score ?? self.score, method: method ?? self.method, others: others,
            health: health)
    }

    /// The same method with one score alone, this one, and nothing looked for in the pixels.
    func alone(_ score: ScoreFunction) -> DecisionRule {
        DecisionRule(score: score, method: method, health: [])
    }

    /// What an operator changes of a rule; nil stays as it is.
    public struct Change: Sendable, Equatable {
        /// The score that is to decide, and alone if `others` are not given.
        public var score: ScoreFunction?
        /// How bounds are to be drawn.
        public var method: Method?
        /// Further scores.
        public var others: [ScoreFunction]?
        /// What is to be looked for in the pixels.
        public var health: FaultSet?

        /// A rule that differs from another one by these.
        public init(
            score: ScoreFunction? = nil, method: Method? = nil, others: [ScoreFunction]? = nil,
            health: FaultSet? = nil
        ) {
            (self.score, self.method) = (score, method)
            (self.others, self.health) = (others, health)
        }

        /// μ ± kσ, or as now if there is no k.
        public init(score: ScoreFunction? = nil, k: Double?) {
            self.init(score: score, method: k.map { .sigma(k: $0) })
        }

        /// Whether nothing is to change.
        public var isEmpty: Bool { self == Change() }
    }

    /// The same with what an operator changes; throws if bounds by hand would come to be another score's.
    public func changed(by change: Change) throws(CalibrationError) -> DecisionRule {
        if case .fixed = method, change.method == nil, let score = change.score,
            score != self.score
        {
            throw .unusable(
                "the bounds set by hand are those of \(self.score.rawValue); give a rule for "
                    + "\(score.rawValue), or bounds of its own")
        }
        let rule = DecisionRule(
            score: change.score ?? score, method: change.method ?? method,
            others: change.others ?? (change.score == nil ? others : []),
            health: change.health ?? health)
        if case .fixed = rule.method, !rule.others.isEmpty {
            throw .unusable(
                "bounds set by hand are those of one score; any of several takes another rule")
        }
        return rule
    }

    /// The same for another score or with another k.
    public func with(score: ScoreFunction? = nil, k: Double) -> DecisionRule {
        with(score: score, method: .sigma(k: k))
    }

    /// How the bounds are drawn, as `μ ± 2σ` or `certified 1 %`.
    public var title: String {
        let how =
            switch method {
            case .sigma(let k): "μ ± \(Self.trimmed(k))σ"
            case .fixed: "by hand"
            case .quantile(let alpha, _): "quantile \(Self.trimmed(alpha * 100)) %"
            case .certified(let alpha, _, _): "certified \(Self.trimmed(alpha * 100)) %"
            case .tail(let alpha, _): "tail \(Self.trimmed(alpha * 100)) % (asymptotic)"
            }
        return others.isEmpty
            ? how : how + " by any of " + scores.map(\.rawValue).joined(separator: ", ")
    }

    private static func trimmed(_ number: Double) -> String {
        let rounded = (number * 1e6).rounded() / 1e6
        return rounded == rounded.rounded() && abs(rounded) < 1e15
            ? "\(Int(rounded))" : "\(rounded)"
    }
}
