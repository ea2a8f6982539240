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

    /// How often `check` is to be called: a peer on this machine sends a gigabyte a second.
    static let interval = Duration.milliseconds(5)

    /// Guards the process within `budget` bytes of resident memory.
    init(budget: Int, messageLimit: Int, logger: Logger) {
        let limits = ConnectionWatch.Limits(
            budget: budget, message: messageLimit, waiting: 2 * messageLimit)
        state = Mutex(State(watch: ConnectionWatch(resident: Self.resident, limits)))
        self.logger = logger
    }

    /// Resident memory of this process in bytes; 0 if the kernel does not say.
    static var resident: Int {
        // /proc/self/statm counts pages of 4096 bytes on every machine this runs on.
        guard let bytes = try? readFile("/proc/self/statm", limit: 4096) else { return 0 }
        let words = String(decoding: bytes, as: UTF8.self).split(separator: " ")
        return words.count > 1 ? (Int(words[1]) ?? 0) * 4096 : 0
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
        let resident = Self.resident
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
