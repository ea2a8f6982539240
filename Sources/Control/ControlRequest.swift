public import Detection
public import VAE

/// What `elbo` asks of a running daemon: one JSON object a request, over the control socket.
public enum ControlRequest: Sendable {
    /// `Status`.
    case status
    /// `[SourceStatus]`.
    case sources
    /// Reads model and calibration again; `Status`.
    case reload
    /// Takes nothing more in and scores what is held; `Status`.
    case drain
    /// Gathers the scores of the next `count` frames, of one source or of all; `Status`.
    case gather(count: Int, source: String? = nil)
    /// Ends gathering; `Status`.
    case cancel
    /// Draws bounds from the gathered scores; `CalibrationEffect`.
    case adopt(Rule = Rule(), Scope = Scope())
    /// Draws new bounds from the scores of the calibration in service; `CalibrationEffect`.
    case threshold(Rule = Rule(), Scope = Scope())
    /// Takes over a calibration made elsewhere; `CalibrationEffect`.
    case calibrate(Calibration, Scope = Scope())
    /// Goes back to the calibration before; `CalibrationEffect`.
    case rollback(Scope = Scope())

    /// The rule by which bounds are drawn; nil stands for what is in service.
    public struct Rule: Sendable, Equatable {
        /// The score that is to decide.
        public var score: ScoreFunction?
        /// k in μ ± kσ.
        public var k: Double?

        /// A rule that differs from the one in service by these.
        public init(score: ScoreFunction? = nil, k: Double? = nil) {
            (self.score, self.k) = (score, k)
        }
    }

    /// What new bounds apply to.
    public struct Scope: Sendable, Equatable {
        /// The only source that they are for; nil for all.
        public var source: String?
        /// Whether they are only looked at: the daemon says what would change, and changes nothing.
        public var isDryRun: Bool

        /// New bounds for one source or all of them, in earnest or not.
        public init(source: String? = nil, isDryRun: Bool = false) {
            (self.source, self.isDryRun) = (source, isDryRun)
        }
    }
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
