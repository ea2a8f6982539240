public import Files
public import Platform
public import VAE

extension Calibration {
    /// temporary
    public var score: ScoreFunction { rule.score }
    /// temporary
    public var k: Double { rule.k }
    /// temporary
    public init(
        scores: [Scores], score: ScoreFunction, k: Double, model: SHA256Digest, data: DataIdentity,
        created: UnixTime, revision: Int, computation: Computation = .fp32
    ) throws(CalibrationError) {
        try self.init(
            scores: scores, rule: .sigma(score: score, k: k), model: model, data: data,
            created: created, revision: revision, computation: computation)
    }
    /// temporary
    public var deciding: Distribution { Distribution(sample, rule) }
    /// temporary
    public var distributions: [ScoreFunction: Distribution] {
        Dictionary(
            uniqueKeysWithValues: samples.map { ($0, Distribution($1, rule.with(score: $0))) })
    }
    /// temporary
    public struct Distribution {
        /// temporary
        public let n: Int
        /// temporary
        public let mu: Double
        /// temporary
        public let sigma: Double
        /// temporary
        public let lower: Double
        /// temporary
        public let upper: Double
        /// temporary
        public let sorted: [Float]
        init(_ sample: ScoreSample, _ rule: DecisionRule) {
            let bounds = rule.bounds(over: sample)
            (n, mu, sigma, sorted) = (sample.n, sample.mu, sample.sigma, sample.sorted)
            (lower, upper) = (bounds.lower, bounds.upper)
        }
        /// temporary
        public func contains(_ score: Float) -> Bool {
            Double(score) >= lower && Double(score) <= upper
        }
    }
}
