import Synchronization

/// Counts the turns of one thread's loop, so that the watchdog is fed by work and not by a timer.
final class Heartbeat: Sendable {
    private let turns = Atomic<Int>(0)

    /// The thread has gone round once more.
    func advance() { turns.wrappingAdd(1, ordering: .relaxed) }

    /// Turns so far.
    var count: Int { turns.load(ordering: .relaxed) }
}
