import Frames
import Platform
import Synchronization

/// Lets threads through one after the other, in the order of the numbers of their batches, from 1 on.
///
/// Every number must pass, or those after it wait for ever.
final class Turnstile: Sendable {
    private let turn = Atomic<Int>(1)
    /// Where threads wait for `turn` to change.
    private let turned = Condition()

    /// Waits until all numbers before `number` have passed.
    func wait(for batch: BatchNumber) {
        let number = batch.value
        guard turn.load(ordering: .acquiring) != number else { return }
        turned.lock()
        while turn.load(ordering: .acquiring) != number { turned.wait() }
        turned.unlock()
    }

    /// Lets the next number through; called by the thread whose turn it is.
    func pass() {
        turned.lock()
        turn.add(1, ordering: .releasing)
        turned.broadcast()
        turned.unlock()
    }
}
