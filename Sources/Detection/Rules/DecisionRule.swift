public import VAE

/// Judges scores by the bounds of a calibration.
public struct Judge: Sendable {
    /// The score that decides.
    public let function: ScoreFunction
    private let lower: Double
    private let upper: Double
    private let mu: Double
    private let sigma: Double

    /// A judge that knows the calibration's bounds.
    public init(_ calibration: Calibration) {
        let distribution = calibration.deciding
        function = calibration.score
        (lower, upper) = (distribution.lower, distribution.upper)
        (mu, sigma) = (distribution.mu, distribution.sigma)
    }

    /// On which side of the bounds a score lies.
    public enum Side: Sendable {
        /// Below `μ − kσ`: explained suspiciously well.
        case low
        /// Within the bounds.
        case inside
        /// Above `μ + kσ`: explained badly.
        case high
    }

    /// What is said about one image.
    public struct Judgement: Sendable {
        /// The deciding score.
        public let score: Float
        /// `(score − μ) / σ`.
        public let z: Float
        /// Where it lies.
        public let side: Side
        /// Whether it lies outside the bounds.
        public var isAnomaly: Bool { side != .inside }
    }

    /// Judges one image by its scores; one that is not a number counts as high.
    public func judge(_ scores: Scores) -> Judgement {
        let score = scores[function]
        let side: Side =
            Double(score) < lower ? .low : Double(score) <= upper ? .inside : .high
        let z = sigma > 0 ? (Double(score) - mu) / sigma : 0
        return Judgement(score: score, z: Float(z), side: side)
    }
}
