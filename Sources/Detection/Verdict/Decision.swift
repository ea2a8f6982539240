/// What a rule says about one image.
public struct Decision: Sendable, Equatable, BitwiseCopyable {
    /// The deciding score.
    public let score: Float
    /// Standard deviations between it and the calibration's mean; infinite if that has none.
    public let z: Float
    /// Where it lies.
    public let side: Side

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
