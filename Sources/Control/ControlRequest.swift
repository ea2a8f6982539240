public import Detection

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
    /// Gathers the scores of the next `count` frames, of one source or of all; `Status`, whose `collecting`
    /// holds the ticket that `renew`, `adopt` and `release` name it by.
    case gather(count: Int, source: String? = nil, lease: Lease? = nil)
    /// Says that whoever gathers by this ticket is still there; `Status`.
    case renew(ticket: String)
    /// Ends the gathering of this ticket, and no other; `Status`.
    case release(ticket: String)
    /// Ends gathering, whoever it belongs to; `Status`.
    case cancel
    /// Draws bounds from the gathered scores; `CalibrationEffect`.
    case adopt(Rule = Rule(), Scope = Scope(), ticket: String? = nil)
    /// Draws new bounds from the scores of the calibration in service; `CalibrationEffect`.
    case threshold(Rule = Rule(), Scope = Scope())
    /// Takes over a calibration made elsewhere; `CalibrationEffect`.
    case calibrate(Calibration, Scope = Scope())
    /// Goes back to the calibration before; `CalibrationEffect`.
    case rollback(Scope = Scope())
    /// Takes the bounds of a source away, which is judged by the common ones then; `CalibrationEffect`.
    case remove(Scope)

    /// Who gathers, and for how long that is believed without a `renew`.
    public struct Lease: Sendable, Equatable {
        /// Who, for people.
        public var holder: String
        /// From 1 to 3,600.
        public var seconds: Int

        /// A lease of so many seconds.
        public init(holder: String, seconds: Int) {
            (self.holder, self.seconds) = (holder, seconds)
        }
    }

    /// The rule by which bounds are drawn; nil stands for what is in service.
    public typealias Rule = DecisionRule.Change

    /// What new bounds apply to.
    public struct Scope: Sendable, Equatable {
        /// The only source that they are for; nil for all.
        public var source: String?
        /// Whether they are only looked at: the daemon says what would change, and changes nothing.
        public var isDryRun: Bool
        /// Whether they are wanted even if they are drawn from doubtful scores.
        public var isForced: Bool

        /// New bounds for one source or all of them, in earnest or not.
        public init(source: String? = nil, isDryRun: Bool = false, isForced: Bool = false) {
            (self.source, self.isDryRun, self.isForced) = (source, isDryRun, isForced)
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
