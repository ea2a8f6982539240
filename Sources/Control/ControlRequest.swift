public import Detection
import FoundationEssentials
public import VAE

/// What `elbo` asks of a running daemon: one JSON object a request, over the control socket.
public struct ControlRequest: Codable, Sendable {
    /// What to do.
    public var verb: Verb
    /// Of which source alone.
    public var source: String?
    /// The score that is to decide.
    public var score: ScoreFunction?
    /// k in μ ± kσ.
    public var k: Double?
    /// Frames to gather scores from.
    public var count: Int?
    /// A whole calibration, made elsewhere.
    public var calibration: Calibration?
    /// Only say what would change.
    public var dry_run: Bool?

    /// Everything that can be asked.
    public enum Verb: String, Codable, Sendable, CaseIterable {
        /// `Status`.
        case status
        /// `[SourceStatus]`.
        case sources
        /// Reads model and calibration again; `Status`.
        case reload
        /// Takes nothing more in and scores what is held; `Status`.
        case drain
        /// Gathers the scores of the next `count` frames; `Status`.
        case gather
        /// Ends gathering; `Status`.
        case cancel
        /// Draws bounds from the gathered scores; `CalibrationEffect`.
        case adopt
        /// Draws bounds anew from the scores of the calibration in service; `CalibrationEffect`.
        case threshold
        /// Takes over `calibration`; `CalibrationEffect`.
        case calibrate
        /// Goes back to the calibration before; `CalibrationEffect`.
        case rollback
    }

    /// A request without details.
    public init(_ verb: Verb) { self.verb = verb }
}

/// The daemon's answer: `result`, or else `error`.
public struct ControlAnswer<Result: Codable & Sendable>: Codable, Sendable {
    /// What was asked for.
    public var result: Result?
    /// Why it was not done; one sentence.
    public var error: String?

    /// An answer that holds one of the two.
    public init(result: Result?, error: String?) {
        self.result = result
        self.error = error
    }
}
