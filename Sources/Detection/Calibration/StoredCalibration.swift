import FoundationEssentials
import VAE

// How samples and rules are written: with the numbers that follow from them, for people and other
// programs, which are checked when they are read.

/// A sample of scores as it is written; of the first schema with the bounds that belong to it.
struct StoredSample: Codable {
    let n: Int
    let mu: Double
    let sigma: Double
    let sorted: [Float]
    var lower: Double?
    var upper: Double?

    private enum Key: String, CodingKey { case n, mu, sigma, sorted, lower, upper }

    init(_ sample: ScoreSample) {
        (n, mu, sigma, sorted) = (sample.n, sample.mu, sample.sigma, sample.sorted)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(n, forKey: .n)
        try container.encode(mu, forKey: .mu)
        try container.encode(sigma, forKey: .sigma)
        try container.encodeIfPresent(lower, forKey: .lower)
        try container.encodeIfPresent(upper, forKey: .upper)
        if ScoreLists.told(encoder.userInfo) == nil {
            try container.encode(ScoreLists.packed(sorted), forKey: .sorted)
        } else {
            try container.encode(0, forKey: .sorted)
        }
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        n = try container.decode(Int.self, forKey: .n)
        mu = try container.decode(Double.self, forKey: .mu)
        sigma = try container.decode(Double.self, forKey: .sigma)
        lower = try container.decodeIfPresent(Double.self, forKey: .lower)
        upper = try container.decodeIfPresent(Double.self, forKey: .upper)
        guard let lists = ScoreLists.told(decoder.userInfo)?.lists else {
            if let text = try? container.decode(String.self, forKey: .sorted) {
                sorted = try ScoreLists.unpacked(Data(text.utf8))
            } else {
                sorted = try container.decode([Float].self, forKey: .sorted)
            }
            return
        }
        let place = try container.decode(Int.self, forKey: .sorted)
        guard lists.indices.contains(place) else {
            throw CalibrationError.malformed("its scores are no list of numbers")
        }
        sorted = lists[place]
    }

    /// The sample, if its numbers are those of its scores.
    func checked(name: String) throws(CalibrationError) -> ScoreSample {
        guard n == sorted.count, n >= 2 else {
            throw .malformed("it says \(n) \(name) scores and holds \(sorted.count)")
        }
        guard sorted.allSatisfy(\.isFinite),
            zip(sorted, sorted.dropFirst()).allSatisfy({ $0 <= $1 })
        else { throw .malformed("its \(name) scores are not finite and ascending") }
        let expected = ScoreSample(ascending: sorted)
        guard abs(mu - expected.mu) <= expected.slack, abs(sigma - expected.sigma) <= expected.slack
        else { throw .malformed("its \(name) bounds do not follow from its scores") }
        return ScoreSample(sorted: sorted, mu: mu, sigma: sigma)
    }
}

/// A rule as it is written: with its bounds.
struct StoredRule: Codable {
    let rule: DecisionRule
    var lower: Double?
    var upper: Double?

    private enum Key: String, CodingKey { case lower, upper }

    init(rule: DecisionRule, lower: Double? = nil, upper: Double? = nil) {
        (self.rule, self.lower, self.upper) = (rule, lower, upper)
    }

    init(_ rule: DecisionRule, _ samples: [ScoreFunction: ScoreSample]) {
        let bounds = (try? DrawnRule(rule, over: samples))?.bounds
        self.init(rule: rule, lower: bounds?.lowerIfAny, upper: bounds?.upperIfAny)
    }

    func encode(to encoder: any Encoder) throws {
        try rule.encode(to: encoder)
        var container = encoder.container(keyedBy: Key.self)
        try container.encodeIfPresent(lower, forKey: .lower)
        try container.encodeIfPresent(upper, forKey: .upper)
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        self.init(
            rule: try DecisionRule(from: decoder),
            lower: try container.decodeIfPresent(Double.self, forKey: .lower),
            upper: try container.decodeIfPresent(Double.self, forKey: .upper))
    }

    /// Throws if there are no scores for the rule, or the bounds written are not those it draws.
    ///
    /// `isComplete` demands that bounds are written.
    func check(
        against samples: [ScoreFunction: ScoreSample], isComplete: Bool
    ) throws(CalibrationError) {
        let name = rule.score.rawValue
        for score in rule.scores where samples[score] == nil {
            throw .malformed("it judges by \(score.rawValue) but holds no such scores")
        }
        guard let read = samples[rule.score] else { return }
        // Against the scores themselves, not against the mean and deviation beside them.
        let sample = ScoreSample(ascending: read.sorted)
        var exact = samples
        exact[rule.score] = sample
        let bounds: ScoreBounds
        do { bounds = try DrawnRule(rule, over: exact).bounds } catch {
            guard case .unusable(let reason) = error else { throw error }
            throw .malformed(reason)
        }
        let slack = sample.slack * max(rule.k ?? 1, 1)
        func agrees(_ written: Double?, _ expected: Double?) -> Bool {
            guard let expected else { return written == nil }
            return written.map { abs($0 - expected) <= slack } ?? !isComplete
        }
        guard agrees(lower, bounds.lowerIfAny), agrees(upper, bounds.upperIfAny) else {
            throw .malformed("its \(name) bounds do not follow from its scores")
        }
    }
}

extension ScoreSample {
    /// How far numbers written by another program may lie from ours.
    fileprivate var slack: Double { 1e-6 * max(abs(mu), sigma) }
}
