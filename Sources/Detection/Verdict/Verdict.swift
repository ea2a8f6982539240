public import Frames
public import Platform
public import VAE

/// What is said about one frame: whose it was, its scores, what was decided, by which model and
/// calibration, and when.
///
/// A plain value without references: sinks may keep it. The texts of the frame's header stay in its
/// batch, at `row`, for as long as that lives.
public struct Verdict: Sendable, BitwiseCopyable {
    /// The frame: its source, its number, when it came, and how it was stored.
    public let frame: Frame
    /// The frame's place in its batch.
    public let row: Int
    /// What the model makes of the image.
    public let scores: Scores
    /// What follows from them; nil if a score is not a number, for which the frame is rejected.
    public let decision: Decision?
    /// The number of the source's event that lasts; nil if none does.
    public let event: UInt64?
    /// By what it was scored and decided.
    public let version: Version
    /// When its batch was taken to be scored, and when it had its scores.
    public let times: Times
    /// Its place among all that is published in one run, counted from 1 without gaps.
    public let publication: UInt64

    /// Which model scored and which calibration decided.
    public struct Version: Sendable, Hashable, BitwiseCopyable {
        /// The edition in service.
        public let edition: EditionNumber
        /// The calibration of that edition that decided.
        public let calibration: CalibrationIndex
    }

    /// When a batch was scored.
    public struct Times: Sendable, BitwiseCopyable {
        /// When it was taken to be scored.
        public let started: UnixTime
        /// When its scores were there.
        public let scored: UnixTime

        /// A batch taken and scored then.
        public init(started: UnixTime, scored: UnixTime) {
            (self.started, self.scored) = (started, scored)
        }
    }

    /// What the frame's ledger books.
    public var outcome: FrameQueue.Verdict {
        guard let decision else { return .notFinite }
        if let fault = decision.fault { return .faulty(fault) }
        return decision.isAnomaly ? .anomalous : .normal
    }
}
