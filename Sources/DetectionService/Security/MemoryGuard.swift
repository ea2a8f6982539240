import Files
import FoundationEssentials
import Frames
import Logging
import Platform
import ServiceConfiguration
import Synchronization

/// Keeps peers from filling the memory with messages that nobody receives.
///
/// The connections that are proven to do it are cut, and no others, see `ConnectionWatch`, a value that
/// decides; this reads the numbers and does what it says.
final class MemoryGuard: Sendable {
    private struct State {
        var watch: ConnectionWatch
        var patience = Patience()
        var waiting: Set<EndpointIndex> = []
    }

    private let state: Mutex<State>
    private let logger: Logger

    /// How long to wait for the next `check`: a peer on this machine sends a gigabyte a second, and where none is
    /// connected a processor may sleep.
    static var interval: Duration { .milliseconds(PeerConnection.areIngesting ? 5 : 50) }

    /// Guards the process within `budget` bytes of resident memory.
    init(budget: Int, messageLimit: Int, logger: Logger) {
        let limits = ConnectionWatch.Limits(
            budget: budget, message: messageLimit, waiting: 2 * messageLimit)
        state = Mutex(State(watch: ConnectionWatch(resident: residentMemory, limits)))
        self.logger = logger
    }

    /// Sets another budget, as for another model.
    func set(budget: Int) { state.withLock { $0.watch.budget = budget } }

    /// Notes whether a port waits for scoring.
    func note(_ port: EndpointIndex, isWaiting: Bool) {
        state.withLock { state in
            if isWaiting { state.waiting.insert(port) } else { state.waiting.remove(port) }
            state.watch.note(isPortWaiting: !state.waiting.isEmpty)
        }
    }

    /// Looks at the memory and cuts the connections that fill it.
    func check() {
        let resident = residentMemory
        let (culprits, mustReport, budget, isTrimming) = state.withLock { state in
            let culprits = state.watch.look(resident: resident) { PeerConnection.ingesting }
            let hasCulprits = !culprits.isEmpty
            let budget = state.watch.budget
            let mustReport = state.patience.mustReport(
                isOver: resident > budget, hasCulprits: hasCulprits)
            let isTrimming = state.patience.isTrimming(hasCulprits: hasCulprits)
            return (culprits, mustReport, budget, isTrimming)
        }
        for culprit in culprits {
            let peer = culprit.connection.peer ?? "local, or gone"
            culprit.connection.cut()
            logger.warning(
                "Cut a connection that fills the memory: \(culprit.proof).",
                metadata: ["peer": "\(peer)", "resident_mib": "\(resident >> 20)"])
        }
        if isTrimming { returnFreedMemory() }
        guard mustReport else { return }
        logger.warning(
            """
            Over the memory budget: no connection is to blame; give the daemon more (memory_limit), or \
            less to hold (queue_bytes, batch, threads).
            """,
            metadata: ["resident_mib": "\(resident >> 20)", "budget_mib": "\(budget >> 20)"])
    }
}
