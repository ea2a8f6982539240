public import Frames
public import VAE

/// What a rule says about one image.
public struct Decision: Sendable, Equatable, BitwiseCopyable {
    /// Which score spoke: of several the one that finds the image oddest.
    public let function: ScoreFunction
    /// The deciding score.
    public let score: Float
    /// Standard deviations between it and the calibration's mean; infinite if that has none.
    public let z: Float
    /// Where it lies.
    public let side: Side
    /// Its p-value: the share of normal images at least as far out, counted with this one; nil where the rule
    /// knows none.
    public let p: Float?
    /// What is wrong with the frame as a picture, whatever the scores say; nil if nothing is.
    public var fault: FrameFault?

    /// What is said about a score.
    public init(
        _ function: ScoreFunction = .mse, score: Float, z: Float, side: Side, p: Float? = nil,
        fault: FrameFault? = nil
    ) {
        (self.function, self.score, self.z, self.side, self.p) = (function, score, z, side, p)
        self.fault = fault
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

    /// Whether the image is anomalous, by its score or for a fault of the frame.
    public var isAnomaly: Bool { side != .inside || fault != nil }
}
