import Files
import FoundationEssentials
import Frames
import Logging
import Platform
import Synchronization

/// Keeps peers from filling the memory: libzmq gathers a message of endless parts, and the
/// subscriptions of a client, without any limit.
///
/// The TCP connections that do it are cut, and no others, see `ConnectionWatch`. Of what comes over
/// `ipc` the kernel does not say how much arrives where: after a second over the budget that no cut
/// connection explains, sockets are closed and opened again, see `SocketReopening`. Both are values
/// that decide; this reads the kernel's numbers and does what they say.
final class MemoryGuard: Sendable {
    private struct State {
        var watch: ConnectionWatch
        var reopening: SocketReopening
    }

    private let state: Mutex<State>
    private let isWatching = Atomic<Bool>(false)
    private let budget: Int
    private let logger: Logger

    /// How often `check` is to be called: a peer on this machine sends a gigabyte a second.
    static let interval = Duration.milliseconds(5)

    /// Guards `ports` ports within `budget` bytes of resident memory; parts of messages have up to
    /// `messageLimit` bytes.
    init(ports: Int, budget: Int, messageLimit: Int, logger: Logger) {
        let watch = ConnectionWatch(
            resident: Self.resident, budget: budget, messageLimit: messageLimit)
        state = Mutex(State(watch: watch, reopening: SocketReopening(ports: ports)))
        self.budget = budget
        self.logger = logger
    }

    /// Resident memory of this process in bytes; 0 if the kernel does not say.
    static var resident: Int {
        // /proc/self/statm counts pages of 4096 bytes on every machine this runs on.
        guard let bytes = try? readFile("/proc/self/statm", limit: 4096) else { return 0 }
        let words = String(decoding: bytes, as: UTF8.self).split(separator: " ")
        return words.count > 1 ? (Int(words[1]) ?? 0) * 4096 : 0
    }

    /// Whether `noteDelivery` has to be told of every message; costs nothing to ask.
    var wantsDeliveries: Bool { isWatching.load(ordering: .relaxed) }

    /// Notes that a message came from the connection with this descriptor.
    func noteDelivery(from descriptor: CInt) {
        state.withLock { $0.watch.noteDelivery(from: descriptor) }
    }

    /// Notes that a port has delivered something, or waits for scoring.
    func noteBusy(_ port: EndpointIndex, isWaiting: Bool) {
        state.withLock { state in
            state.reopening.noteBusy(port)
            state.watch.note(port, isWaiting: isWaiting)
        }
    }

    /// The ports to be opened again, once.
    func takePending() -> [EndpointIndex] { state.withLock { $0.reopening.takePending() } }

    /// Looks at the memory: cuts the connections that fill it, or asks for sockets to be reopened.
    func check() -> SocketReopening.Demand {
        let resident = Self.resident
        let (culprits, demand, isTrimming) = state.withLock { state in
            let culprits = state.watch.look(resident: resident) { TCPConnection.all }
            isWatching.store(state.watch.isWatching, ordering: .relaxed)
            let hasCulprits = !culprits.isEmpty
            let demand = state.reopening.demand(
                isOver: resident > budget, hasCulprits: hasCulprits)
            return (culprits, demand, state.reopening.isTrimming(hasCulprits: hasCulprits))
        }
        if isTrimming { returnFreedMemory() }
        for culprit in culprits {
            logger.warning(
                "Cut a connection that fills the memory and delivers no message.",
                metadata: [
                    "peer": "\(culprit.peer ?? "gone")", "received": "\(culprit.received)",
                    "resident_mib": "\(resident >> 20)",
                ])
            culprit.cut()
        }
        if demand != .nothing {
            logger.warning(
                "Over the memory budget: opening sockets anew.",
                metadata: [
                    "resident_mib": "\(resident >> 20)", "budget_mib": "\(budget >> 20)",
                    "sockets": demand == .ports ? "ingest" : "publish",
                ])
        }
        return demand
    }
}
