/// What a rule says about one image.
public struct Decision: Sendable, Equatable, BitwiseCopyable {
    /// The deciding score.
    public let score: Float
    /// Standard deviations between it and the calibration's mean; infinite if that has none.
    public let z: Float
    /// Where it lies.
    public let side: Side
    /// Its p-value: the share of normal images at least as far out, counted with this one; nil where the rule
    /// knows none.
    public let p: Float?

    /// What is said about a score.
    public init(score: Float, z: Float, side: Side, p: Float? = nil) {
        (self.score, self.z, self.side, self.p) = (score, z, side, p)
    }

    /// On which side of the bounds a score lies.
    public enum Side: Sendable, BitwiseCopyable {
        /// Below the lower bound: explained suspiciously well.
        case low
        /// Within the bounds.
        case inside
        /// Above the upper bound: explained badly.
        case high
    }

    /// Whether the image is anomalous.
    public var isAnomaly: Bool { side != .inside }
}
