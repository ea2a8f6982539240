import Frames
import VAE

extension DecisionRule: Codable {
    /// A method as it is written: its name, and of the numbers those that it has.
    public struct Parameters: Codable, Sendable, Equatable {
        /// `sigma`, `fixed`, `quantile`, `certified` or `tail`.
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

        private enum CodingKeys: String, CodingKey {
            case rule, k, alpha, confidence, tails, lower, upper
        }

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
            case .tail(let alpha, let tails):
                (rule, self.alpha, self.tails) = ("tail", alpha, tails)
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
            case "tail": return .tail(alpha: try required(alpha, "α"), tails: tails ?? .both)
            case let name?:
                throw .unusable(
                    "there is no rule called \(name) (there are sigma, quantile, certified, tail and fixed)"
                )
            }
        }
    }

    private enum Key: String, CodingKey {
        case score, health
        case others = "any_of"
    }

    /// Writes `{"rule":"sigma","score":…,"k":…}`, and likewise what else a method has.
    public func encode(to encoder: any Encoder) throws {
        try Change(score: score, others: others.isEmpty ? nil : others, health: health)
            .encode(to: encoder)
        try Parameters(method).encode(to: encoder)
    }

    /// Reads what `encode` writes, and refuses rules it does not know; without a word of `health` nothing is looked
    /// for in the pixels, as before there was.
    public init(from decoder: any Decoder) throws {
        let change: Change
        do { change = try Change(from: decoder) } catch {
            guard case CalibrationError.unusable(let reason) = error else { throw error }
            throw CalibrationError.malformed(reason)
        }
        guard let score = change.score else {
            throw CalibrationError.malformed("a rule has no score")
        }
        guard try Parameters(from: decoder).rule != nil, let method = change.method else {
            throw CalibrationError.malformed("a rule has no name")
        }
        self.init(
            score: score, method: method, others: change.others ?? [], health: change.health ?? [])
    }
}

extension DecisionRule.Change: Codable {
    private enum Key: String, CodingKey {
        case score, health
        case others = "any_of"
    }

    /// Writes what it changes, each by its name.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encodeIfPresent(score, forKey: .score)
        try container.encodeIfPresent(others, forKey: .others)
        try container.encodeIfPresent(health?.faults, forKey: .health)
        guard let method else { return }
        var parameters = DecisionRule.Parameters(method)
        // As daemons know it that have no other rule.
        if parameters.rule == "sigma" { parameters.rule = nil }
        try parameters.encode(to: encoder)
    }

    /// Reads what `encode` writes; throws what a method lacks, or that there is none of this name.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        self.init(
            score: try container.decodeIfPresent(ScoreFunction.self, forKey: .score),
            method: try DecisionRule.Parameters(from: decoder).method(),
            others: try container.decodeIfPresent([ScoreFunction].self, forKey: .others),
            health: try container.decodeIfPresent([FrameFault].self, forKey: .health).map {
                FaultSet($0)
            })
    }
}
