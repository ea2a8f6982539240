import Dispatch
import Frames
import Platform
import Synchronization
import ZeroMQ

/// Where receiving meets scoring: the queue of frames under one lock, and who waits for it.
///
/// The receiving thread adds frames; a scoring thread, whenever it is free, takes as many as have
/// arrived, up to its batch. Neither waits for the other except when there is nothing to do, or no
/// room and the frames must not be dropped.
final class FrameExchange: Sendable {
    private struct State {
        var queue: FrameQueue
        var rejections: [RejectedMessage] = []
        var isClosed = false
        var sleepers = 0
        var isReceiverWaiting = false
        var batches = 0
        var totals = Totals()
    }

    /// What is counted besides frames.
    struct Totals: Sendable {
        /// Control messages such as {"done": true}; not images.
        var control = 0
        /// Parts behind the pixels, which nobody asked for; ignored.
        var trailingParts = 0
        /// Error verdicts that were not published because too many came at once.
        var errorsWithheld = 0
        /// Images that another worker scores, see `Configuration.shard`; not counted as received.
        var otherShards = 0
    }

    private let state: Mutex<State>
    private let arrival = DispatchSemaphore(value: 0)
    /// Wakes the receiver, when there is room again that it waits for; from any thread.
    private let wakeReceiver: @Sendable () -> Void
    /// Errors kept for publishing at once; a flood of bad messages loses its details, not its count.
    private static let rejectionLimit = 1024

    init(_ queue: FrameQueue, wakeReceiver: @escaping @Sendable () -> Void) {
        var state = State(queue: queue)
        state.rejections.reserveCapacity(Self.rejectionLimit)
        self.state = Mutex(state)
        self.wakeReceiver = wakeReceiver
    }

    /// Calls `body` with the queue, which it may add to, and wakes a scorer if one sleeps.
    func withQueue<Result: Sendable>(
        _ body: (inout FrameQueue, inout Totals) -> Result
    ) -> Result {
        let (result, mustWake) = state.withLock { state in
            let result = body(&state.queue, &state.totals)
            return (result, takeWake(&state))
        }
        if mustWake { arrival.signal() }
        return result
    }

    /// Passes on what was rejected, to be published.
    func report(_ rejected: RejectedMessage) {
        let mustWake = state.withLock { state in
            // Whoever waits for a reply gets one, flood or not: it sends nothing more until then.
            guard state.rejections.count < Self.rejectionLimit || rejected.reply != nil else {
                state.totals.errorsWithheld += 1
                return false
            }
            state.rejections.append(rejected)
            return takeWake(&state)
        }
        if mustWake { arrival.signal() }
    }

    /// Adds an image to the queue, or returns nil if it must wait for room, which `wakeReceiver` will tell.
    func add(
        _ image: Int, of message: FrameDecoder.Message, header: Span<UInt8>, payload: Span<UInt8>,
        received: UnixTime, policy: FrameQueue.WhenFull, reply: ReplyAddress?
    ) -> FrameQueue.Outcome? {
        let (outcome, mustWake) = state.withLock { state -> (FrameQueue.Outcome?, Bool) in
            // Even if it must wait: sources that are met meanwhile have places behind its own.
            state.queue.enter(message.source)
            guard state.queue.hasRoom(for: policy) else {
                state.isReceiverWaiting = true
                return (nil, false)
            }
            let outcome = state.queue.add(
                image, of: message, header: header, payload: payload, received: received,
                policy: policy, reply: reply)
            return (outcome, takeWake(&state))
        }
        if mustWake { arrival.signal() }
        return outcome
    }

    /// Nothing will be added any more.
    func close() {
        let sleepers = state.withLock { state in
            state.isClosed = true
            defer { state.sleepers = 0 }
            return state.sleepers
        }
        for _ in 0..<sleepers { arrival.signal() }
    }

    /// Lets every sleeping scorer go round once, to look at something else than frames; the receiver
    /// too, which may be one.
    func wakeAll() {
        wakeReceiver()
        let sleepers = state.withLock { state in
            defer { state.sleepers = 0 }
            return state.sleepers
        }
        for _ in 0..<sleepers { arrival.signal() }
    }

    /// What the scorer finds when it looks; batches are numbered in the order they are taken.
    enum Delivery: Equatable {
        case batch(Int)
        case nothing, closed
    }

    /// Fills `batch` and `rejections`, both empty, with what has arrived; if nothing has, waits so long,
    /// or not at all.
    func take(
        into batch: inout Batch, _ rejections: inout [RejectedMessage],
        waiting: DispatchTimeInterval?
    ) -> Delivery {
        let first = fill(&batch, &rejections, sleepIfEmpty: waiting != nil)
        guard first == .nothing, let waiting else { return first }
        if arrival.wait(timeout: .now() + waiting) == .timedOut {
            // If a signal came meanwhile, it stays for the next sleep, which it ends early.
            state.withLock { $0.sleepers = max(0, $0.sleepers - 1) }
        }
        return fill(&batch, &rejections, sleepIfEmpty: false)
    }

    private func fill(
        _ batch: inout Batch, _ rejections: inout [RejectedMessage], sleepIfEmpty: Bool
    ) -> Delivery {
        let (delivery, mustWake, isRoomAwaited) = state.withLock {
            state -> (Delivery, Bool, Bool) in
            guard state.queue.count > 0 || !state.rejections.isEmpty else {
                if state.isClosed { return (.closed, false, false) }
                if sleepIfEmpty { state.sleepers += 1 }
                return (.nothing, false, false)
            }
            state.queue.claim(for: &batch)
            swap(&state.rejections, &rejections)
            state.batches += 1
            let isRoomAwaited = state.isReceiverWaiting
            state.isReceiverWaiting = false
            // What does not fit into this batch is work for another thread.
            let mustWake = state.queue.count > 0 && takeWake(&state)
            return (.batch(state.batches), mustWake, isRoomAwaited)
        }
        if mustWake { arrival.signal() }
        if isRoomAwaited { wakeReceiver() }
        // Not under the lock: the receiver would wait for a hundred images to be copied.
        batch.fetch()
        return delivery
    }

    /// Books the verdicts on a batch, and gives back the room its frames had.
    func settle(_ batch: inout Batch, _ verdicts: [FrameQueue.Verdict]) {
        state.withLock { state in
            state.queue.settle(batch, verdicts)
            state.queue.release(&batch)
        }
    }

    /// All that is counted, at one moment.
    struct Snapshot: Sendable {
        let sources: [(source: Source, ledger: FrameLedger)]
        let total: FrameLedger
        let totals: Totals
        let waiting: Int
        let capacity: Int
    }

    /// The sum of all accounts and what else is counted.
    func total() -> (FrameLedger, Totals) { state.withLock { ($0.queue.total, $0.totals) } }

    /// All accounts.
    func snapshot() -> Snapshot {
        state.withLock { state in
            Snapshot(
                sources: Array(zip(state.queue.sources, state.queue.ledgers)),
                total: state.queue.total, totals: state.totals, waiting: state.queue.count,
                capacity: state.queue.capacity)
        }
    }

    private func takeWake(_ state: inout State) -> Bool {
        guard state.sleepers > 0, state.queue.count > 0 || !state.rejections.isEmpty else {
            return false
        }
        state.sleepers -= 1
        return true
    }
}
