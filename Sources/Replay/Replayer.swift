public import ZeroMQ

/// Sends the frames of a run to a daemon and takes in its verdicts, all on the main thread.
///
/// At an unlimited rate the loop is closed: at most `window` frames are on their way. At a fixed rate
/// it is open: frames leave on schedule whatever comes back, and latency counts from when a frame was
/// due, so that a daemon that stalls cannot hide it by holding back the load (Gil Tene's
/// "coordinated omission").
public struct Replayer: ~Copyable {
    /// What became of the frames so far.
    public internal(set) var tally: Tally

    /// How the run is to be done.
    let settings: ReplaySettings
    /// What is sent.
    var frames: FrameSequence
    /// Where it is sent to.
    let sender: FrameSocket
    /// Where verdicts come from.
    var verdicts: VerdictSocket
    /// How to wait for either.
    var waiting: Waiting
    /// The time for the headers.
    let clock = SteadyClock()
    /// The time for everything else; set when the first frame may leave.
    var pace = Pace(.unlimited, start: 0)
    /// Frames before this one may be sent; fewer than there are once a stop was asked for.
    var end: Int

    /// How a run came to its end.
    public enum Ending: Sendable {
        /// Every frame was sent, and something was heard of each.
        case complete
        /// A stop was asked for.
        case interrupted
        /// Nothing was heard for too long.
        case gaveUp
    }

    /// How long verdicts may take to come in after a stop was asked for.
    private static let grace: UInt64 = 2_000_000_000

    /// Opens the sockets and allocates everything a run needs; a set may be nil if none of its images
    /// are asked for.
    public init(
        _ context: Context, _ settings: ReplaySettings, _ mixture: Mixture, normal: StreamedSet?,
        anomalous: StreamedSet?
    ) throws(ReplayError) {
        do throws(ZMQError) {
            let sender = try FrameSocket(context, settings)
            let verdicts = try VerdictSocket(context, settings)
            waiting = Waiting(sender, verdicts)
            self.sender = sender
            self.verdicts = verdicts
        } catch { throw .socket(error) }
        self.settings = settings
        tally = Tally(mixture)
        frames = FrameSequence(
            mixture, normal: normal, anomalous: anomalous, source: settings.source)
        end = mixture.count
    }

    /// Waits until the daemon's status has come in and, if frames are published, somebody has
    /// subscribed to them; throws `interrupted` if it is to stop before.
    ///
    /// From then on nothing gets lost for want of a connection.
    public mutating func waitForDaemon(until mustStop: () -> Bool) throws(ReplayError) {
        let began = SteadyClock.nanoseconds
        var (isAlive, isRead) = (false, !sender.isPublisher)
        while !isAlive || !isRead {
            if mustStop() { throw .interrupted }
            do throws(ZMQError) {
                try waiting.forSubscriptionsOrVerdicts()
                if try sender.takeSubscriptions() { isRead = true }
                while case let arrival = try verdicts.receive(), arrival != .nothing {
                    if arrival == .status { isAlive = true }
                }
            } catch { throw .socket(error) }
            guard SteadyClock.nanoseconds - began < settings.timeoutNanoseconds else {
                throw isAlive
                    ? .noReader(settings.frames, seconds: settings.timeout)
                    : .silent(settings.verdicts, seconds: settings.timeout)
            }
        }
    }

    /// Replays until everything is answered, nothing has come in for too long, or it is to stop;
    /// `watch` is called over and over with the tally and the steady time.
    public mutating func run(
        until mustStop: () -> Bool, watch: (Tally, UInt64) -> Void
    ) throws(ReplayError) -> Ending {
        do throws(ZMQError) {
            return try replay(until: mustStop, watch: watch)
        } catch { throw .socket(error) }
    }

    private mutating func replay(
        until mustStop: () -> Bool, watch: (Tally, UInt64) -> Void
    ) throws(ZMQError) -> Ending {
        var lastNews = SteadyClock.nanoseconds
        pace = Pace(settings.rate, start: lastNews)
        var patience = settings.timeoutNanoseconds
        var ending = Ending.complete
        while true {
            let sent = try sendDueFrames()
            let taken = try takeVerdicts()
            let now = SteadyClock.nanoseconds
            if ending == .complete, mustStop() {
                (ending, end, lastNews) = (.interrupted, tally.sent, now)
                patience = min(patience, Self.grace)
            }
            if taken > 0 || (inFlight == 0 && !pace.isHeldBack) { lastNews = now }
            if tally.sent == end, inFlight == 0 { return ending }
            if now - lastNews > patience { return ending == .complete ? .gaveUp : ending }
            watch(tally, now)
            if sent == 0, taken == 0 { try wait(now) }
        }
    }
}
