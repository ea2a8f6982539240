import Files
import FoundationEssentials
import Logging
import Platform
import Synchronization

/// Keeps peers from filling the memory: libzmq gathers a message of endless parts, and the
/// subscriptions of a client, without any limit.
///
/// The TCP connections that do it are cut, and no others, see `ConnectionWatch`. Of what comes over
/// `ipc` the kernel does not say how much arrives where: after a second over the budget that no cut
/// connection explains, sockets are closed and opened anew, ports that deliver nothing first, then
/// those for verdicts.
final class MemoryGuard: Sendable {
    private struct State {
        var watch: ConnectionWatch
        /// Whether each port has delivered anything, or waits for scoring, since `unexplained` began.
        var isBusy: [Bool]
        var pending: [Int] = []
        /// Looks in a row that found too much memory and no connection to blame.
        var unexplained = 0
        /// How many of these are borne; more each time that opening sockets anew did not help.
        var patience = MemoryGuard.patience
        /// Whether ports were opened anew for what is unexplained.
        var hasOpenedPorts = false
        /// Looks until what cut connections held is given back to the system.
        var untilTrimming = 0

        /// What is to be done after a look.
        mutating func demand(isOver: Bool, hasCulprits: Bool) -> Demand {
            guard isOver, !hasCulprits else {
                unexplained = 0
                if !isOver { (patience, hasOpenedPorts) = (MemoryGuard.patience, false) }
                return .nothing
            }
            if unexplained == 0 { isBusy = isBusy.map { _ in false } }
            unexplained += 1
            if unexplained == patience / 2 { untilTrimming = 1 }
            guard unexplained >= patience else { return .nothing }
            unexplained = 0
            let idle = isBusy.indices.filter { !isBusy[$0] }
            guard hasOpenedPorts || idle.isEmpty else {
                (pending, hasOpenedPorts) = (idle, true)
                return .ports
            }
            hasOpenedPorts = false
            patience = min(2 * patience, 60 * MemoryGuard.patience)
            return .publisher
        }

        /// Whether it is time to give freed memory back.
        mutating func isTrimming(hasCulprits: Bool) -> Bool {
            if hasCulprits { untilTrimming = ConnectionWatch.recovery }
            untilTrimming = max(-1, untilTrimming - 1)
            return untilTrimming == 0
        }
    }

    private let state: Mutex<State>
    private let isWatching = Atomic<Bool>(false)
    private let budget: Int
    private let logger: Logger

    /// How often `check` is to be called: a peer on this machine sends a gigabyte a second.
    static let interval = Duration.milliseconds(5)
    /// Looks after which memory that no connection explains is blamed on sockets.
    private static let patience = 200

    /// Guards `ports` ports within `budget` bytes of resident memory; parts of messages have up to
    /// `messageLimit` bytes.
    init(ports: Int, budget: Int, messageLimit: Int, logger: Logger) {
        let watch = ConnectionWatch(
            resident: Self.resident, budget: budget, messageLimit: messageLimit)
        state = Mutex(State(watch: watch, isBusy: Array(repeating: false, count: ports)))
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
    func noteBusy(_ port: Int, isWaiting: Bool) {
        state.withLock { state in
            state.isBusy[port] = true
            state.watch.note(port, isWaiting: isWaiting)
        }
    }

    /// The ports to be opened anew, once.
    func takePending() -> [Int] {
        state.withLock { state in
            defer { state.pending = [] }
            return state.pending
        }
    }

    /// What the guard asks for.
    enum Demand { case nothing, ports, publisher }

    /// Looks at the memory: cuts the connections that fill it, or asks for sockets to be opened anew.
    func check() -> Demand {
        let resident = Self.resident
        let (culprits, demand, isTrimming) = state.withLock { state in
            let culprits = state.watch.look(resident: resident) { TCPConnection.all }
            isWatching.store(state.watch.isWatching, ordering: .relaxed)
            let demand = state.demand(isOver: resident > budget, hasCulprits: !culprits.isEmpty)
            return (culprits, demand, state.isTrimming(hasCulprits: !culprits.isEmpty))
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
