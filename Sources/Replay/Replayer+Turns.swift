import ZeroMQ

// What the loop does in turn. None of it blocks but the wait, and none allocates.

extension Replayer {
    /// The most frames sent, or verdicts taken, before it is the others' turn.
    private static var turn: Int { 64 }

    /// Sends what is due and has room; returns how many frames that were.
    mutating func sendDueFrames() throws(ZMQError) -> Int {
        var sent = 0
        while sent < Self.turn, mayGoOn {
            let now = SteadyClock.nanoseconds
            let due = pace.due(frames.sequence, now: now)
            guard due <= now else { break }
            frames.writeHeader(microseconds: clock.unixMicroseconds(at: now))
            let (all, range) = frames.pixels
            guard try sender.send(header: frames.header.span, pixels: all.span.extracting(range))
            else {
                pace.noteRefusal()
                break
            }
            tally.noteSent(due: due, isLate: pace.noteSent(due: due, at: now))
            frames.advance()
            sent += 1
        }
        return sent
    }

    /// Takes in what has arrived; returns how many lines about our frames that were.
    mutating func takeVerdicts() throws(ZMQError) -> Int {
        var taken = 0
        while taken < Self.turn {
            switch try verdicts.receive() {
            case .nothing: return taken
            case .status, .line(.foreign): continue
            case .line(.unreadable): tally.noteStray()
            case .line(.error(let reason)): tally.noteError(verdicts.text(reason))
            case .line(.verdict(let sequence, let isAnomaly, let score)):
                tally.noteVerdict(
                    sequence, isAnomaly: isAnomaly, score: score, at: SteadyClock.nanoseconds)
            }
            taken += 1
        }
        return taken
    }

    /// Waits for what must come before anything can be done.
    mutating func wait(_ now: UInt64) throws(ZMQError) {
        if !mayGoOn {
            try waiting.forVerdicts()
        } else if pace.isHeldBack {
            try waiting.forRoomOrVerdicts()
        } else {
            try waiting.forVerdicts(until: pace.due(frames.sequence, now: now), now: now)
        }
    }

    /// Whether another frame may leave as soon as it is due.
    private var mayGoOn: Bool {
        frames.sequence < end && (settings.rate != .unlimited || inFlight < settings.window)
    }

    /// Frames a verdict may still come in on.
    ///
    /// What a publisher sends arrives in its order or never: frames before one with a verdict are
    /// lost, and must not fill the window for ever.
    var inFlight: Int {
        sender.isPublisher ? min(tally.outstanding, tally.behindNewest) : tally.outstanding
    }
}
