import Logging
import Platform
import Synchronization
import ZeroMQ

/// Counts and tells which peers libzmq has turned away, of all sockets of the daemon.
///
/// Sockets are opened by their threads; `look` is called again and again by one other. How a connection
/// ended that was accepted is known (`ConnectionBounds.ended`); of one that we made only if it lasted
/// until the first look at it.
final class PeerWatch: Sendable {
    /// One connection of ours whose end is waited for.
    private final class Connection {
        let duplicate: DuplicatedConnection?
        let peer: String
        let endpoint: String

        init(_ descriptor: CInt, _ endpoint: String) {
            self.endpoint = endpoint
            let duplicate = DuplicatedConnection(descriptor)
            peer = duplicate?.peer ?? TCPConnection(descriptor)?.peer ?? "unknown"
            self.duplicate = duplicate
        }
    }

    private struct State {
        var sockets: [String: (monitor: SocketMonitor, log: ConnectionLog)] = [:]
        var connections: [CInt: Connection] = [:]
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

    /// Connections of ours that are watched for how they end; of those beyond it stays unknown.
    static let capacity = 128

    /// Watches sockets of which parts may have `messageLimit` bytes.
    init(messageLimit: Int, logger: Logger) { (limit, self.logger) = (messageLimit, logger) }

    /// Watches a socket that is about to be opened, by its thread; one opened again takes the place of
    /// the one before.
    func watch(_ socket: borrowing Socket, _ endpoint: String) throws(ZMQError) {
        let monitor = try socket.startMonitor()
        state.withLock { state in
            state.sockets[endpoint] = (monitor, ConnectionLog())
            // Nobody will tell how those of the socket before have ended.
            state.connections = state.connections.filter { $0.value.endpoint != endpoint }
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
            if case .opened(let descriptor) = event { state.connections[descriptor] = nil }
            if case .connected(let descriptor) = event, state.connections.count < capacity {
                state.connections[descriptor] = Connection(descriptor, endpoint)
            }
            return nil
        }
        let connection = state.connections.removeValue(forKey: descriptor)
        let ended = connection == nil ? ConnectionBounds.ended(descriptor) : nil
        let ending = connection.map { $0.duplicate?.ending } ?? ended?.ending
        guard let refusal = state.sockets[endpoint]?.log.noteEnd(of: descriptor, ending) else {
            return nil
        }
        state.counts[refusal, default: 0] += 1
        let peer = connection?.peer ?? ended?.peer ?? "unknown"
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
