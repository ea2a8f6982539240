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

    /// A rule over this score.
    public init(score: ScoreFunction, method: Method) {
        (self.score, self.method) = (score, method)
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

    /// k in μ ± kσ; nil for other methods.
    public var k: Double? {
        if case .sigma(let k) = method { k } else { nil }
    }

    /// Whether it says what a score is worth as a p-value.
    public var hasPValues: Bool { tails != nil }

    var tails: Tails? {
        switch method {
        case .sigma, .fixed: nil
        case .quantile(_, let tails), .certified(_, _, let tails): tails
        }
    }

    /// The same rule for another score or by another method, where they are given.
    public func with(score: ScoreFunction? = nil, method: Method? = nil) -> DecisionRule {
        DecisionRule(score: score ?? self.score, method: method ?? self.method)
    }

    /// The same with what an operator changes; throws if bounds by hand would come to be another score's.
    public func changed(
        score: ScoreFunction?, method: Method?
    ) throws(CalibrationError) -> DecisionRule {
        if case .fixed = self.method, method == nil, let score, score != self.score {
            throw .unusable(
                "the bounds set by hand are those of \(self.score.rawValue); give a rule for "
                    + "\(score.rawValue), or bounds of its own")
        }
        return with(score: score, method: method)
    }

    /// The same for another score or with another k.
    public func with(score: ScoreFunction? = nil, k: Double) -> DecisionRule {
        with(score: score, method: .sigma(k: k))
    }

    /// The bounds that the rule draws from the scores of normal images; throws what keeps it from that, as
    /// with a number that is none of the allowed ones, or too few images for what it promises.
    public func bounds(over sample: ScoreSample) throws(CalibrationError) -> ScoreBounds {
        switch method {
        case .sigma(let k):
            guard k > 0, k.isFinite else {
                throw .unusable("k is \(k); it must be above 0")
            }
            return ScoreBounds(
                lower: sample.mu - k * sample.sigma, upper: sample.mu + k * sample.sigma)
        case .fixed(let lower, let upper):
            let bounds = ScoreBounds(lower: lower ?? -.infinity, upper: upper ?? .infinity)
            guard lower != nil || upper != nil else {
                throw .unusable("bounds by hand need a lower or an upper one")
            }
            guard lower?.isFinite ?? true, upper?.isFinite ?? true, bounds.lower <= bounds.upper
            else {
                throw .unusable(
                    "bounds from \(bounds.lower) to \(bounds.upper) are none: give numbers, the lower "
                        + "one first")
            }
            return bounds
        case .quantile(let alpha, let tails):
            return bounds(
                of: sample, rank: try Self.rank(alpha, of: sample.n, tails), tails)
        case .certified(let alpha, let confidence, let tails):
            let certificate = try Certificate(
                n: sample.n, alpha: alpha, confidence: confidence, tails: tails)
            return bounds(of: sample, rank: certificate.rank, tails)
        }
    }

    /// Bounds at the `rank`-th score from the ends.
    private func bounds(of sample: ScoreSample, rank: Int, _ tails: Tails) -> ScoreBounds {
        ScoreBounds(
            lower: tails.hasLow ? Double(sample.sorted[rank - 1]) : -.infinity,
            upper: tails.hasHigh ? Double(sample.sorted[sample.n - rank]) : .infinity)
    }

    /// ⌊α(n + 1)⌋ scores, of each side so many; throws how many images it would take for one.
    static func rank(_ alpha: Double, of n: Int, _ tails: Tails) throws(CalibrationError) -> Int {
        guard alpha > 0, alpha < 1 else {
            throw .unusable("α is \(alpha); a share of false alarms lies between 0 and 1")
        }
        let share = alpha / Double(tails.count)
        // 29 % of 100 are 29, and not the 28.999… that floating point makes of it.
        let rank = Int(share * Double(n + 1) + 1e-9)
        guard rank >= 1 else {
            throw .unusable(
                "the smallest share that \(n) images can tell"
                    + (tails == .both ? " on each of two sides" : "")
                    + " is \(1 / Double(n + 1)); it takes \(Int((1 / share).rounded(.up)) - 1)")
        }
        return rank
    }

    /// Scores of each side beyond the bounds, counted with the bound itself; nil if the rule knows none, or
    /// cannot be drawn.
    func rank(of n: Int) -> Int? {
        switch method {
        case .sigma, .fixed: nil
        case .quantile(let alpha, let tails): try? Self.rank(alpha, of: n, tails)
        case .certified(let alpha, let confidence, let tails):
            try? Certificate(n: n, alpha: alpha, confidence: confidence, tails: tails).rank
        }
    }

    /// How the bounds are drawn, as `μ ± 2σ` or `certified 1 %`.
    public var title: String {
        switch method {
        case .sigma(let k): "μ ± \(Self.trimmed(k))σ"
        case .fixed: "by hand"
        case .quantile(let alpha, _): "quantile \(Self.trimmed(alpha * 100)) %"
        case .certified(let alpha, _, _): "certified \(Self.trimmed(alpha * 100)) %"
        }
    }

    private static func trimmed(_ number: Double) -> String {
        let rounded = (number * 1e6).rounded() / 1e6
        return rounded == rounded.rounded() && abs(rounded) < 1e15
            ? "\(Int(rounded))" : "\(rounded)"
    }
}

extension DecisionRule: Codable {
    /// A method as it is written: its name, and of the numbers those that it has.
    public struct Parameters: Codable, Sendable, Equatable {
        /// `sigma`, `fixed`, `quantile` or `certified`.
        public var rule: String?
        /// k in μ ± kσ.
        public var k: Double?
        /// The share of false alarms.
        public var alpha: Double?
        /// The confidence of `certified`.
        public var confidence: Double?
        /// The sides of quantile and certified.
        public var tails: Tails?
        /// Bounds by hand.
        public var lower: Double?
        /// See `lower`.
        public var upper: Double?

        /// Those of a method.
        public init(_ method: Method) {
            switch method {
            case .sigma(let k): (rule, self.k) = ("sigma", k)
            case .fixed(let lower, let upper):
                (rule, self.lower, self.upper) = ("fixed", lower, upper)
            case .quantile(let alpha, let tails):
                (rule, self.alpha, self.tails) = ("quantile", alpha, tails)
            case .certified(let alpha, let confidence, let tails):
                (rule, self.alpha, self.tails) = ("certified", alpha, tails)
                self.confidence = confidence
            }
        }

        /// None.
        public init() {}

        /// The confidence of `certified` if nobody says otherwise.
        public static let confidence = 0.99

        /// What method they make; nil if none is named and there is no k.
        ///
        /// Throws what is missing.
        public func method() throws(CalibrationError) -> Method? {
            func required(
                _ number: Double?, _ name: String
            ) throws(CalibrationError) -> Double {
                guard let number else {
                    throw .unusable("the rule \(rule ?? "sigma") needs \(name)")
                }
                return number
            }
            switch rule {
            case nil: return k.map { .sigma(k: $0) }
            case "sigma": return .sigma(k: try required(k, "k"))
            case "fixed": return .fixed(lower: lower, upper: upper)
            case "quantile":
                return .quantile(alpha: try required(alpha, "α"), tails: tails ?? .both)
            case "certified":
                return .certified(
                    alpha: try required(alpha, "α"), confidence: confidence ?? Self.confidence,
                    tails: tails ?? .both)
            case let name?:
                throw .unusable(
                    "there is no rule called \(name) (there are sigma, quantile, certified and fixed)"
                )
            }
        }
    }

    private enum Key: String, CodingKey { case score }

    /// Writes `{"rule":"sigma","score":…,"k":…}`, and likewise what else a method has.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(score, forKey: .score)
        try Parameters(method).encode(to: encoder)
    }

    /// Reads what `encode` writes, and refuses rules it does not know.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        let parameters = try Parameters(from: decoder)
        let named: Method?
        do { named = try parameters.method() } catch {
            guard case .unusable(let reason) = error else { throw error }
            throw CalibrationError.malformed(reason)
        }
        guard parameters.rule != nil, let method = named else {
            throw CalibrationError.malformed("a rule has no name")
        }
        self.init(
            score: try container.decode(ScoreFunction.self, forKey: .score), method: method)
    }
}
