public import VAE

/// How scores become decisions.
///
/// Closed: a rule is a case here with what it needs, how it is drawn from a sample of scores, and how
/// it is written. A calibration holds a list of rules, of which the first decides.
public enum DecisionRule: Sendable, Equatable {
    /// Anomalous outside μ ± kσ of the calibration's scores: the paper's rule.
    case sigma(score: ScoreFunction, k: Double)

    /// The score that decides.
    public var score: ScoreFunction {
        switch self {
        case .sigma(let score, _): score
        }
    }

    /// k in μ ± kσ.
    public var k: Double {
        switch self {
        case .sigma(_, let k): k
        }
    }

    /// The same rule for another score or with another k, where they are given.
    public func with(score: ScoreFunction? = nil, k: Double? = nil) -> DecisionRule {
        switch self {
        case .sigma(let ownScore, let ownK): .sigma(score: score ?? ownScore, k: k ?? ownK)
        }
    }

    /// The bounds that the rule draws from the scores of normal images.
    public func bounds(over sample: ScoreSample) -> ScoreBounds {
        switch self {
        case .sigma(_, let k):
            ScoreBounds(lower: sample.mu - k * sample.sigma, upper: sample.mu + k * sample.sigma)
        }
    }

    /// What keeps the rule from being used, as a phrase; nil if nothing does.
    var fault: String? {
        switch self {
        case .sigma(_, let k): k > 0 && k.isFinite ? nil : "k is \(k); it must be above 0"
        }
    }
}

extension DecisionRule: Codable {
    private enum Key: String, CodingKey { case rule, score, k }
    private enum Kind: String, Codable { case sigma }

    /// Writes `{"rule":"sigma","score":…,"k":…}`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        switch self {
        case .sigma(let score, let k):
            try container.encode(Kind.sigma, forKey: .rule)
            try container.encode(score, forKey: .score)
            try container.encode(k, forKey: .k)
        }
    }

    /// Reads what `encode` writes, and refuses rules it does not know.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        let name = try container.decode(String.self, forKey: .rule)
        guard let kind = Kind(rawValue: name) else {
            throw CalibrationError.malformed("there is no rule called \(name)")
        }
        switch kind {
        case .sigma:
            self = .sigma(
                score: try container.decode(ScoreFunction.self, forKey: .score),
                k: try container.decode(Double.self, forKey: .k))
        }
    }
}
