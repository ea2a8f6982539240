import ZeroMQ

/// The ways a run waits, all of them on its sockets and none for longer than a tick, so that a stop
/// asked for by a signal is soon seen.
struct Waiting: ~Copyable {
    private var verdicts: Poller
    private var frames: Poller
    private let isPublisher: Bool
    private var alarm = Alarm()
    /// In milliseconds.
    private static let tick = 100
    /// In nanoseconds.
    private static let moment: UInt64 = 20_000

    init(_ sender: borrowing FrameSocket, _ receiver: borrowing VerdictSocket) {
        isPublisher = sender.isPublisher
        var verdicts = Poller(capacity: 1)
        var frames = Poller(capacity: 2)
        receiver.add(to: &verdicts)
        receiver.add(to: &frames)
        sender.add(to: &frames)
        self.verdicts = verdicts
        self.frames = frames
    }

    /// Waits for verdicts alone.
    mutating func forVerdicts() throws(ZMQError) {
        alarm.silence()
        _ = try verdicts.wait(milliseconds: Self.tick)
    }

    /// Waits for verdicts until a frame is due.
    mutating func forVerdicts(until due: UInt64, now: UInt64) throws(ZMQError) {
        // So close that the alarm might come before the wait, and be lost on it.
        guard due > now + Self.moment else { return }
        alarm.ring(inNanoseconds: due - now)
        // Rounded up: the alarm is what ends it in time.
        _ = try verdicts.wait(milliseconds: min(Int((due - now) / 1_000_000) + 1, Self.tick))
    }

    /// Waits for verdicts or until the daemon takes frames again.
    mutating func forRoomOrVerdicts() throws(ZMQError) {
        alarm.silence()
        // A publisher always counts as ready to send, even while it refuses to drop.
        if isPublisher {
            _ = try verdicts.wait(milliseconds: 1)
        } else {
            _ = try frames.wait(milliseconds: Self.tick)
        }
    }

    /// Waits for verdicts or, if frames are published, for subscriptions to them.
    mutating func forSubscriptionsOrVerdicts() throws(ZMQError) {
        _ =
            try isPublisher
            ? frames.wait(milliseconds: Self.tick) : verdicts.wait(milliseconds: Self.tick)
    }
}
