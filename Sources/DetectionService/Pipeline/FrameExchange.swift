import Frames
import Platform
import Synchronization

/// Where receiving meets scoring: the queue of frames under one lock, and who waits for it.
///
/// The receiving thread adds messages; a scoring thread, whenever it is free, takes as many images as
/// have arrived, up to its batch. Neither waits for the other except when there is nothing to do, or no
/// room and the images must not be dropped. Images are decoded outside the lock. What happens under
/// it is `State`'s; this performs what `State` asks for.
final class FrameExchange: Sendable {
    /// What is counted besides frames.
    struct Totals: Sendable, Equatable {
        /// Control messages such as {"done": true}; not images.
        var control = 0
        /// Parts after the pixels, which nobody asked for; ignored.
        var trailingParts = 0
        /// Error verdicts that were not published because too many came at once.
        var errorsWithheld = 0
        /// Replies that were dropped because their senders do not read.
        var repliesDropped = 0
        /// Images that another worker scores, see `Configuration.shard`; not counted as received.
        var otherShards = 0
    }

    private let state: Mutex<State>
    private let hasScorerEnded = Atomic<Bool>(false)
    /// Where scorers sleep.
    private let arrival = Semaphore()
    /// Wakes the receiver, when there is room again that it waits for; from any thread.
    private let wakeReceiver: @Sendable () -> Void

    init(_ queue: consuming FrameQueue, wakeReceiver: @escaping @Sendable () -> Void) {
        state = Mutex(State(queue))
        self.wakeReceiver = wakeReceiver
    }

    private func perform(_ wakes: Wakes) {
        for _ in 0..<wakes.scorers { arrival.signal() }
        if wakes.receiver { wakeReceiver() }
    }

    // MARK: For the receiver

    /// What came of adding a message.
    enum Addition {
        /// Its images wait, in the place of others if it `isFull`; the next message can be received into
        /// `spare`, if there is one.
        case admitted(spare: (any MessageBytes)?, isFull: Bool)
        /// It must wait for room itself, which `wakeReceiver` will tell.
        case mustWait
    }

    /// Has the images of a message wait, undecoded.
    func add(
        _ message: FrameDecoder.Message, _ arrival: Arrival, bytes: any MessageBytes
    ) -> Addition {
        let (addition, wakes) = state.withLock { $0.add(message, arrival, bytes: bytes) }
        perform(wakes)
        return addition
    }

    /// Counts a message that cannot be scored, and passes it on to be published as an error.
    func reject(_ rejected: RejectedMessage) { perform(state.withLock { $0.reject(rejected) }) }

    /// Takes note of a message of images that another worker scores.
    func pass(_ message: FrameDecoder.Message, received: UnixTime) {
        state.withLock { $0.pass(message, received: received) }
    }

    /// Counts a message that is no image.
    func noteControl() { state.withLock { $0.noteControl() } }

    /// Counts parts that nobody reads.
    func noteTrailingParts(_ count: Int) { state.withLock { $0.noteTrailingParts(count) } }

    /// Says how many replies were dropped so far.
    func setRepliesDropped(_ count: Int) { state.withLock { $0.setRepliesDropped(count) } }

    /// Whether no frame of a source is in flight.
    func isIdle(_ source: Source) -> Bool {
        state.withLock { state in
            let ledgers = state.queue.ledgers
            return source.index.value >= ledgers.count || ledgers[source.index.value].inFlight == 0
        }
    }

    /// Whether nothing but one batch, the caller's, is being worked on, and nothing waits.
    var isQuiet: Bool { state.withLock { $0.isQuiet } }

    /// Whether nothing is to be waited for.
    var isSettled: Bool {
        isAbandoned || state.withLock { $0.isSettled }
    }

    /// Whether a scorer has ended, so that what waits may wait for ever.
    var isAbandoned: Bool { hasScorerEnded.load(ordering: .relaxed) }

    /// Notes that a scorer has ended.
    func abandon() { hasScorerEnded.store(true, ordering: .relaxed) }

    /// Nothing will be added any more.
    func close() { perform(state.withLock { $0.close() }) }

    // MARK: For the scorers

    /// What a scorer finds when it looks.
    enum Delivery: Equatable {
        case batch(BatchNumber)
        case nothing, closed
    }

    /// Fills `batch` and `rejections`, both empty, with what has arrived; if nothing has, waits so long,
    /// or not at all.
    func take(
        into batch: inout Batch, _ rejections: inout [RejectedMessage],
        waiting: Duration?
    ) -> Delivery {
        let first = takeArrived(&batch, &rejections, sleepsIfEmpty: waiting != nil)
        guard first == .nothing, let waiting else { return first }
        if !arrival.wait(for: waiting) {
            state.withLock { $0.noteTimeout() }
        }
        return takeArrived(&batch, &rejections, sleepsIfEmpty: false)
    }

    private func takeArrived(
        _ batch: inout Batch, _ rejections: inout [RejectedMessage], sleepsIfEmpty: Bool
    ) -> Delivery {
        let (delivery, wakes) = state.withLock {
            $0.take(into: &batch, &rejections, sleepsIfEmpty: sleepsIfEmpty)
        }
        perform(wakes)
        // Not under the lock: the receiver would wait for a hundred images to be decoded.
        batch.fetch()
        batch.appendRejections(to: &rejections)
        return delivery
    }

    /// Books the verdicts on a batch, and gives back the room its frames had.
    func settle(_ batch: inout Batch, _ verdicts: [FrameQueue.Verdict]) {
        state.withLock { $0.settle(&batch, verdicts) }
    }

    // MARK: For anybody

    /// Lets every sleeping scorer go round once, to look at something else than frames; the receiver
    /// too, which may be one.
    func wakeAll() {
        wakeReceiver()
        perform(state.withLock { $0.wakeSleepers() })
    }

    /// All that is counted, at one moment.
    struct Snapshot: Sendable {
        let sources: [(source: Source, ledger: FrameLedger)]
        /// What became of the frames of sources that are forgotten.
        let forgotten: FrameLedger
        let total: FrameLedger
        let totals: Totals
        let waiting: Int
        /// Bytes of the messages that wait.
        let waitingBytes: Int
        let limits: QueueLimits
    }

    /// The sum of all ledgers.
    var total: FrameLedger { state.withLock { $0.queue.total } }

    /// All that is counted.
    func snapshot() -> Snapshot {
        state.withLock { state in
            Snapshot(
                sources: Array(zip(state.queue.sources, state.queue.ledgers)),
                forgotten: state.queue.forgotten, total: state.queue.total, totals: state.totals,
                waiting: state.queue.count, waitingBytes: state.queue.waitingBytes,
                limits: state.queue.limits)
        }
    }
}
