/// When frames leave, and which of them the daemon made late; a value that is told the time.
///
/// Times are nanoseconds of one steady clock.
public struct Pace: Sendable {
    /// Whether the daemon refused the frame at hand, which is tried again as soon as it takes more.
    public private(set) var isHeldBack = false

    private let rate: Rate
    private let start: UInt64
    private var lastRelease: UInt64 = 0

    /// A pace whose frame 0 is due at `start`.
    public init(_ rate: Rate, start: UInt64) {
        self.rate = rate
        self.start = start
    }

    /// When a frame is due: its place on the schedule, or `now` if there is none.
    public func due(_ sequence: Int, now: UInt64) -> UInt64 {
        rate.dueNanoseconds(sequence).map { start + $0 } ?? now
    }

    /// The daemon took no more.
    public mutating func noteRefusal() { isHeldBack = true }

    /// A frame left; true if it is late because of a refusal, its own or that of a frame before it.
    public mutating func noteSent(due: UInt64, at now: UInt64) -> Bool {
        if isHeldBack { (isHeldBack, lastRelease) = (false, now) }
        return due < lastRelease
    }
}
