import Files
import Foundation
import Logging
import Synchronization
import ZeroMQ

/// Keeps peers from filling the memory: libzmq gathers a message of endless parts, and the
/// subscriptions of a client, without any limit.
///
/// When the process has outgrown its budget, sockets are closed and opened anew, one every check until
/// it fits: first the ingest ports, those that delivered least first, since a port that takes in
/// memory and delivers nothing is the one attacked; then the publishing socket.
final class MemoryGuard: Sendable {
    private struct State {
        /// Messages delivered by each port since the last check.
        var delivered: [Int]
        var pending: [Int] = []
        var tried: Set<Int> = []
    }

    private let state: Mutex<State>
    private let budget: Int
    private let logger: Logger

    /// How often `check` is to be called.
    static let interval = Duration.milliseconds(100)

    /// Guards `ports` ports within `budget` bytes of resident memory.
    init(ports: Int, budget: Int, logger: Logger) {
        state = Mutex(State(delivered: Array(repeating: 0, count: ports)))
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

    /// Notes what a port has delivered.
    func note(_ port: Int, messages: Int) {
        guard messages > 0 else { return }
        state.withLock { $0.delivered[port] += messages }
    }

    /// The ports to be opened anew, once.
    func takePending() -> [Int] {
        state.withLock { state in
            defer { state.pending = [] }
            return state.pending
        }
    }

    /// What the guard asks for.
    enum Demand { case nothing, port, publisher }

    /// Looks at the memory, and asks for the next socket to be opened anew if it is too much.
    func check() -> Demand {
        let resident = Self.resident
        let demand = state.withLock { state -> (Demand, Int) in
            defer { state.delivered = state.delivered.map { _ in 0 } }
            guard resident > budget else {
                state.tried = []
                return (.nothing, 0)
            }
            let left = state.delivered.indices.filter { !state.tried.contains($0) }
            guard let port = left.min(by: { state.delivered[$0] < state.delivered[$1] }) else {
                state.tried = []
                return (.publisher, 0)
            }
            state.tried.insert(port)
            state.pending.append(port)
            return (.port, port)
        }
        if demand.0 != .nothing {
            returnFreedMemory()
            logger.warning(
                "Over the memory budget: opening a socket anew.",
                metadata: [
                    "resident_mib": "\(resident >> 20)", "budget_mib": "\(budget >> 20)",
                    "socket": demand.0 == .port ? "ingest-\(demand.1 + 1)" : "publish",
                ])
        }
        return demand.0
    }
}
