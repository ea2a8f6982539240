import Files
import Foundation
import Logging
import Synchronization
import ZeroMQ

/// Keeps peers from filling the memory: libzmq gathers a message of endless parts, and the
/// subscriptions of a client, without any limit.
///
/// When the process has outgrown its budget, sockets are closed and opened anew, one every check: ports
/// that take in memory and deliver nothing, though nothing keeps them, are attacked. A port that
/// delivers, or waits for scoring, is merely busy and left alone. If it is no port, and that for a
/// second, it is the publishing socket.
final class MemoryGuard: Sendable {
    private struct State {
        /// Whether each port has delivered anything, or waits for scoring, since the last check.
        var isBusy: [Bool]
        var pending: [Int] = []
        /// Checks for which each port is left alone after it was opened anew.
        var patience: [Int]
        /// Checks in a row that found too much memory and no port to blame.
        var unexplained = 0
    }

    private let state: Mutex<State>
    private let budget: Int
    private let logger: Logger

    /// How often `check` is to be called.
    static let interval = Duration.milliseconds(100)

    /// Guards `ports` ports within `budget` bytes of resident memory.
    init(ports: Int, budget: Int, logger: Logger) {
        state = Mutex(
            State(
                isBusy: Array(repeating: false, count: ports),
                patience: Array(repeating: 0, count: ports)))
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

    /// Notes that a port has delivered something or waits for scoring.
    func noteBusy(_ port: Int) { state.withLock { $0.isBusy[port] = true } }

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
            let idle = state.isBusy.indices.first {
                !state.isBusy[$0] && state.patience[$0] == 0
            }
            for port in state.isBusy.indices {
                state.isBusy[port] = false
                state.patience[port] = max(0, state.patience[port] - 1)
            }
            guard resident > budget else {
                state.unexplained = 0
                return (.nothing, 0)
            }
            if let idle {
                state.pending.append(idle)
                state.patience[idle] = 20
                state.unexplained = 0
                return (.port, idle)
            }
            state.unexplained += 1
            guard state.unexplained >= 10 else { return (.nothing, 0) }
            state.unexplained = 0
            return (.publisher, 0)
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
