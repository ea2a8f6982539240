import Files
import FoundationEssentials
import Frames
import Logging
import Platform
import ServiceConfiguration
import Synchronization

/// Keeps peers from filling the memory: libzmq gathers a message of endless parts, and the
/// subscriptions of a client, without any limit.
///
/// The TCP connections that are proven to do it are cut, and no others, see `ConnectionWatch`; for
/// `ipc` see `SocketReopening`. Both are values that decide; this reads the kernel's numbers and does
/// what they say.
final class MemoryGuard: Sendable {
    private struct State {
        var watch: ConnectionWatch
        var reopening: SocketReopening
        var waiting: Set<EndpointIndex> = []
    }

    private let state: Mutex<State>
    private let logger: Logger

    /// How often `check` is to be called: a peer on this machine sends a gigabyte a second.
    static let interval = Duration.milliseconds(5)

    /// Guards the ports of a configuration within `budget` bytes of resident memory.
    init(_ configuration: Configuration, budget: Int, messageLimit: Int, logger: Logger) {
        let limits = ConnectionWatch.Limits(
            budget: budget, message: messageLimit, waiting: 2 * messageLimit,
            publishing: Set(configuration.publish.filter { $0.role == .bind }.compactMap(\.tcpPort))
        )
        state = Mutex(
            State(
                watch: ConnectionWatch(resident: Self.resident, limits),
                reopening: SocketReopening(
                    ipcPorts: configuration.ingest.map { $0.ipcPath != nil })))
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

    /// Notes that a message came from the connection with this descriptor: of every large one, and of
    /// small ones often enough.
    func noteDelivery(from descriptor: CInt) {
        state.withLock { $0.watch.noteDelivery(from: descriptor) }
    }

    /// Notes that a port has delivered something, or waits for scoring.
    func noteBusy(_ port: EndpointIndex, isWaiting: Bool) {
        state.withLock { state in
            state.reopening.noteBusy(port)
            if isWaiting { state.waiting.insert(port) } else { state.waiting.remove(port) }
            state.watch.note(isPortWaiting: !state.waiting.isEmpty)
        }
    }

    /// The ports to be opened again, once.
    func takePending() -> [EndpointIndex] { state.withLock { $0.reopening.takePending() } }

    /// Looks at the memory and cuts the connections that fill it; whether ports are to be reopened.
    func check() -> Bool {
        let resident = Self.resident
        let (culprits, demand, budget, isTrimming) = state.withLock { state in
            let culprits = state.watch.look(resident: resident) { TCPConnection.all }
            let hasCulprits = !culprits.isEmpty
            let budget = state.watch.budget
            let demand = state.reopening.demand(
                isOver: resident > budget, hasCulprits: hasCulprits)
            let isTrimming = state.reopening.isTrimming(hasCulprits: hasCulprits)
            return (culprits, demand, budget, isTrimming)
        }
        for culprit in culprits {
            let peer = culprit.connection.peer ?? "gone"
            culprit.connection.cut()
            logger.warning(
                "Cut a connection that fills the memory: \(culprit.proof).",
                metadata: ["peer": "\(peer)", "resident_mib": "\(resident >> 20)"])
        }
        if isTrimming { returnFreedMemory() }
        if demand != .nothing { report(demand, resident, budget) }
        return demand == .ports
    }

    private func report(_ demand: SocketReopening.Demand, _ resident: Int, _ budget: Int) {
        let text =
            demand == .ports
            ? "opening ipc sockets anew that deliver nothing."
            : "no connection is to blame; give the daemon more (memory_limit), or less to hold "
                + "(queue_bytes, batch, threads)."
        logger.warning(
            "Over the memory budget: \(text)",
            metadata: ["resident_mib": "\(resident >> 20)", "budget_mib": "\(budget >> 20)"])
    }
}

extension Endpoint {
    /// The port of a TCP address that has one.
    fileprivate var tcpPort: UInt16? {
        guard address.hasPrefix("tcp://"), let colon = address.lastIndex(of: ":") else {
            return nil
        }
        return UInt16(address[address.index(after: colon)...])
    }
}
