import Logging
import Platform
import Synchronization
import ZeroMQ

/// Counts and tells which peers libzmq has turned away, of all sockets of the daemon.
///
/// Sockets are opened by their threads; `look` is called again and again by one other. How a connection
/// ended is known from what was read on it (`ConnectionBounds.ended`).
final class PeerWatch: Sendable {
    private struct State {
        var sockets: [String: (monitor: SocketMonitor, log: ConnectionLog)] = [:]
        var counts: [ConnectionLog.Refusal: Int] = [:]
        var limits: [ConnectionLog.Refusal: LogLimit] = [:]
        var last: String?
    }

    /// What one look found.
    private struct Finding {
        let refusal: ConnectionLog.Refusal
        let peer: String
        let endpoint: String
        let unsaid: Int?
    }

    private let state = Mutex(State())
    private let limit: Int
    private let logger: Logger

    /// Watches sockets of which parts may have `messageLimit` bytes.
    init(messageLimit: Int, logger: Logger) { (limit, self.logger) = (messageLimit, logger) }

    /// Watches a socket that is about to be opened, by its thread.
    func watch(_ socket: borrowing Socket, _ endpoint: String) throws(ZMQError) {
        let monitor = try socket.startMonitor()
        state.withLock { state in
            state.sockets[endpoint] = (monitor, ConnectionLog())
        }
    }

    /// How many peers were turned away, by reason.
    var counts: [ConnectionLog.Refusal: Int] { state.withLock { $0.counts } }

    /// The peer turned away last, where and why.
    var last: String? { state.withLock { $0.last } }

    /// Takes in what has happened since the last look.
    func look() throws(ZMQError) {
        let sockets = state.withLock { $0.sockets.map { ($0.key, $0.value.monitor) } }
        for (endpoint, monitor) in sockets {
            while let event = try monitor.next() {
                let finding = state.withLock { Self.note(event, of: endpoint, in: &$0) }
                if let finding { tell(finding) }
            }
        }
    }

    private static func note(
        _ event: SocketMonitor.Event, of endpoint: String, in state: inout State
    ) -> Finding? {
        guard case .closed(let descriptor) = event else {
            state.sockets[endpoint]?.log.note(event)
            return nil
        }
        let ended = ConnectionBounds.ended(descriptor)
        guard
            let refusal = state.sockets[endpoint]?.log.noteEnd(of: descriptor, ended?.ending)
        else { return nil }
        state.counts[refusal, default: 0] += 1
        let peer = ended?.peer ?? "unknown"
        state.last = "\(peer) at \(endpoint): \(refusal.rawValue)"
        let unsaid = state.limits[refusal, default: LogLimit()].note(at: .now)
        return Finding(refusal: refusal, peer: peer, endpoint: endpoint, unsaid: unsaid)
    }

    private func tell(_ finding: Finding) {
        guard let unsaid = finding.unsaid else { return }
        logger.warning(
            "\(sentence(for: finding.refusal))",
            metadata: [
                "peer": "\(finding.peer)", "endpoint": "\(finding.endpoint)",
                "reason": "\(finding.refusal.rawValue)", "and_more": "\(unsaid)",
            ])
    }

    private func sentence(for refusal: ConnectionLog.Refusal) -> String {
        switch refusal {
        case .messageTooLarge:
            "Disconnected a peer: a part of its message is larger than max_message_bytes, \(limit)."
        case .wrongSocketKind:
            "Disconnected a peer: its socket is of a kind that does not fit the endpoint."
        case .malformedHandshake:
            "Disconnected a peer: it does not speak ZeroMQ, or not with the encryption asked for."
        case .noHandshake: "Disconnected a peer: it did not introduce itself in time."
        case .notListed: "A client was turned away."
        }
    }
}
