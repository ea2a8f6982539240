public import VAE

/// How one calibration differs from another.
public struct CalibrationDifference: Sendable {
    /// How the samples of a score differ.
    public struct Sample: Sendable, Encodable {
        /// The score.
        public let score: ScoreFunction
        /// The means.
        public let mu: [Double]
        /// The standard deviations.
        public let sigma: [Double]
        /// The greatest difference of the two distribution functions (Kolmogorov and Smirnov's D).
        public let distance: Double
        /// What that exceeds in 1 of 100 pairs of samples of one law.
        public let critical: Double

        /// Whether the samples are hardly of one law.
        public var isShifted: Bool { distance > critical }
    }

    /// Whether they belong to one model, were made from the same images, and decide by the same rule.
    public let isSameModel: Bool
    /// See `isSameModel`.
    public let isSameData: Bool
    /// See `isSameModel`.
    public let isSameRule: Bool
    /// The scores that both hold.
    public let samples: [Sample]
    /// The share of the first one's images that the second one's rule calls anomalous; nil if the first holds
    /// no such scores.
    public let firstBySecond: Double?
    /// The reverse.
    public let secondByFirst: Double?

    /// The difference of two calibrations.
    public init(_ a: Calibration, _ b: Calibration) {
        isSameModel = a.model == b.model
        isSameData = a.data.sha256 == b.data.sha256 && a.data.name == b.data.name
        isSameRule = a.rule == b.rule
        samples = ScoreFunction.allCases.compactMap { score in
            guard let one = a.samples[score], let other = b.samples[score] else { return nil }
            return Sample(
                score: score, mu: [one.mu, other.mu], sigma: [one.sigma, other.sigma],
                distance: Self.distance(one.sorted, other.sorted),
                critical: Self.critical(one.n, other.n))
        }
        firstBySecond = Self.share(of: a, by: b)
        secondByFirst = Self.share(of: b, by: a)
    }

    private static func share(of sample: Calibration, by rule: Calibration) -> Double? {
        guard let scores = sample.samples[rule.rule.score] else { return nil }
        let bounds = rule.bounds
        let outside = scores.sorted.count { bounds.side(of: $0) != .inside }
        return Double(outside) / Double(scores.n)
    }

    /// sup |F − G| of two ascending samples; ties move both at once.
    static func distance(_ a: [Float], _ b: [Float]) -> Double {
        var (i, j, most) = (0, 0, 0.0)
        while i < a.count, j < b.count {
            let value = min(a[i], b[j])
            while i < a.count, a[i] == value { i += 1 }
            while j < b.count, b[j] == value { j += 1 }
            most = max(most, abs(Double(i) / Double(a.count) - Double(j) / Double(b.count)))
        }
        return most
    }

    /// 1.628 √((n + m) / nm), the asymptotic value for 1 %.
    private static func critical(_ n: Int, _ m: Int) -> Double {
        1.628 * (Double(n + m) / (Double(n) * Double(m))).squareRoot()
    }
}
