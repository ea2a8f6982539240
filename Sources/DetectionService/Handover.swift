import Detection
import Dispatch
import Synchronization

/// Where receiving meets scoring: a batch that fills while another is scored.
///
/// The receiving thread adds frames to the waiting batch; the scoring thread, whenever it is free,
/// swaps it for an empty one and so takes whatever has arrived. Neither waits for the other except
/// when there is nothing to do, or no room and the frames must not be dropped.
final class Handover: Sendable {
    private struct State {
        var waiting: Batch
        var rejections: [Rejected] = []
        var isClosed = false
        var isScorerAsleep = false
        var isReceiverAsleep = false
    }

    /// A message that could not be scored, on its way to being published as an error.
    struct Rejected: Sendable {
        let reason: Rejection
        let source: Source
        let received: UnixTime
    }

    private let state: Mutex<State>
    private let arrival = DispatchSemaphore(value: 0)
    private let room = DispatchSemaphore(value: 0)
    /// Errors kept for publishing at once; a flood of bad messages loses its details, not its count.
    private static let rejectionLimit = 1024

    init(capacity: Int, pixels: Int) {
        var state = State(waiting: Batch(capacity: capacity, pixels: pixels))
        state.rejections.reserveCapacity(Self.rejectionLimit)
        self.state = Mutex(state)
    }

    /// Calls `body` with the waiting batch, which it may add to, and wakes the scorer if it sleeps.
    func withWaitingBatch<Result>(_ body: (inout Batch) -> Result) -> Result {
        let (result, mustWake) = state.withLock { state in
            let result = body(&state.waiting)
            return (result, takeWake(&state))
        }
        if mustWake { arrival.signal() }
        return result
    }

    /// Passes on a rejected message; false if there are too many already.
    func reject(_ rejected: Rejected) -> Bool {
        let (isKept, mustWake) = state.withLock { state in
            guard state.rejections.count < Self.rejectionLimit else { return (false, false) }
            state.rejections.append(rejected)
            return (true, takeWake(&state))
        }
        if mustWake { arrival.signal() }
        return isKept
    }

    /// Waits until the batch has room or `timeout` has passed; true if it has room.
    func waitForRoom(_ timeout: DispatchTimeInterval) -> Bool {
        let mustWait = state.withLock { state in
            state.isReceiverAsleep = state.waiting.isFull
            return state.isReceiverAsleep
        }
        if mustWait { _ = room.wait(timeout: .now() + timeout) }
        return state.withLock { state in
            state.isReceiverAsleep = false
            return !state.waiting.isFull
        }
    }

    /// Nothing will be added any more.
    func close() {
        state.withLock { $0.isClosed = true }
        arrival.signal()
    }

    /// What the scorer finds when it looks.
    enum Delivery { case something, nothing, closed }

    /// Swaps `batch` and `rejections`, both empty, for what has arrived; waits up to `timeout` if
    /// nothing has.
    func take(
        _ batch: inout Batch, _ rejections: inout [Rejected], timeout: DispatchTimeInterval
    ) -> Delivery {
        let first = swap(&batch, &rejections, sleepIfEmpty: true)
        guard first == .nothing else { return first }
        _ = arrival.wait(timeout: .now() + timeout)
        return swap(&batch, &rejections, sleepIfEmpty: false)
    }

    private func swap(
        _ batch: inout Batch, _ rejections: inout [Rejected], sleepIfEmpty: Bool
    ) -> Delivery {
        // Swapped in place: a second reference, however short, would make the next append copy.
        let (delivery, mustWake) = state.withLock { state -> (Delivery, Bool) in
            guard state.waiting.count > 0 || !state.rejections.isEmpty else {
                state.isScorerAsleep = sleepIfEmpty && !state.isClosed
                return (state.isClosed ? .closed : .nothing, false)
            }
            Swift.swap(&state.waiting, &batch)
            Swift.swap(&state.rejections, &rejections)
            state.isScorerAsleep = false
            let mustWake = state.isReceiverAsleep
            state.isReceiverAsleep = false
            return (.something, mustWake)
        }
        if mustWake { room.signal() }
        return delivery
    }

    private func takeWake(_ state: inout State) -> Bool {
        defer { state.isScorerAsleep = false }
        return state.isScorerAsleep
    }
}
