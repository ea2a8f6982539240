import Files
import Logging
import Platform
import ServiceConfiguration
import Synchronization
import ZeroMQ

/// The daemon's keys, and who decides whom to let in.
struct Access: Sendable {
    let credentials: Credentials
    let authenticator: ZAPAuthenticator
}

/// Tells libzmq which clients to let in (ZAP, rfc.zeromq.org/spec/27), from a list that is read again
/// and again; `Admission` decides.
///
/// libzmq asks once for each connection, so when a client loses a right, its connections are cut, and
/// no others: `ClientConnections` knows them from the sockets' `ClientCheck`s.
final class ZAPAuthenticator: Sendable {
    private struct State {
        var admission: Admission
        var connections = ClientConnections()
    }

    private let path: String
    private let state: Mutex<State>
    private let changes = Atomic<Int>(1)
    private let refusalCount = Atomic<Int>(0)
    private let list: Mutex<ClientList>
    private let logger: Logger
    private let refusals: Mutex<LogLimit>

    /// How often the file is read.
    static let interval = Duration.milliseconds(250)

    /// Reads the list; throws if there is none that makes sense.
    init(list path: String, logger: Logger) throws(ConfigurationError) {
        self.path = path
        self.logger = logger
        let bytes: [UInt8]
        do { bytes = try readFile(path, limit: Credentials.listLimit) } catch {
            throw .unreadable(error.description)
        }
        list = Mutex(ClientList(bytes))
        state = Mutex(State(admission: Admission(try Credentials.allowList(bytes, path: path))))
        refusals = Mutex(LogLimit())
    }

    /// How often a client was turned away.
    var refused: Int { refusalCount.load(ordering: .relaxed) }

    /// Counts the lists that were in force.
    var edition: Int { changes.load(ordering: .acquiring) }

    /// Why the list cannot be relied on, so that nobody new is let in; nil while it can.
    var complaint: String? { state.withLock { $0.admission.complaint } }

    /// Whether a client that was let in once may still do what it does; from any thread.
    ///
    /// Its connection is remembered, or else cut.
    func admits(
        _ client: AdmittedClient, _ right: Credentials.Right, on connection: TCPConnection?
    ) -> Bool {
        let isAllowed = state.withLock { state in
            guard state.admission.allows(client.key, right) else { return false }
            if let connection {
                state.connections.note(
                    .init(client: client, right: right, connection: connection))
            }
            return true
        }
        if !isAllowed { connection?.cut() }
        return isAllowed
    }

    /// Answers libzmq until `stop` is set; must be bound before any socket that asks.
    func run(
        _ socket: borrowing Socket, until stop: borrowing Atomic<Bool>, heartbeat: Heartbeat
    ) throws(ZMQError) {
        var poller = Poller(capacity: 1)
        _ = poller.add(socket)
        var part = Message()
        let clock = ContinuousClock()
        var nextReading = clock.now
        while !stop.load(ordering: .relaxed) {
            heartbeat.advance()
            if clock.now >= nextReading {
                readAgain()
                nextReading = clock.now + Self.interval
            }
            guard try poller.wait(milliseconds: 250) > 0 else { continue }
            while try socket.receive(into: &part, blocking: false) {
                var parts = [part.copy]
                while part.more {
                    _ = try socket.receive(into: &part, blocking: false)
                    parts.append(part.copy)
                }
                let reply = answer(parts)
                for (index, bytes) in reply.enumerated() {
                    _ = try socket.send(bytes.span, more: index < reply.count - 1)
                }
            }
        }
    }

    /// Opens the socket that libzmq asks at.
    static func socket(_ context: Context) throws(ZMQError) -> Socket {
        let socket = try Socket(context, .rep)
        try socket.bind("inproc://zeromq.zap.01")
        return socket
    }

    private func answer(_ parts: [[UInt8]]) -> [[UInt8]] {
        guard let request = ZAPRequest(parts) else {
            let reply = ZAPReply(status: .failed, text: "no request of ZAP 1.0")
            return reply.parts(to: parts.count > 1 ? parts[1] : [])
        }
        let reply = state.withLock { $0.admission.reply(to: request) }
        if reply.status != .admitted { complain(about: request) }
        return reply.parts(to: request.id)
    }

    private func complain(about request: ZAPRequest) {
        refusalCount.add(1, ordering: .relaxed)
        guard let unsaid = refusals.withLock({ $0.note(at: .now) }) else { return }
        logger.warning(
            "A client was turned away.",
            metadata: [
                "key": "\(request.key ?? "none")", "address": "\(request.address)",
                "right": "\(Admission.right(in: request.domain)?.rawValue ?? "none")",
                "and_more": "\(unsaid)",
            ])
    }

    private func readAgain() {
        let reading = Result { () throws(FilesError) in
            try readFile(path, limit: Credentials.listLimit)
        }
        let change = list.withLock { list in
            list.look(reading) { bytes in
                Result { () throws(ConfigurationError) in
                    try Credentials.allowList(bytes, path: path)
                }
            }
        }
        switch change {
        case .none: break
        case .adopted(let list): adopt(list)
        case .distrusted(let reason):
            state.withLock { $0.admission.complaint = reason }
            logger.error(
                "The list of clients cannot be relied on: nobody new is let in until it can.",
                metadata: ["reason": "\(reason)"])
        case .restored:
            state.withLock { $0.admission.complaint = nil }
            logger.notice("The list of clients can be relied on again.")
        }
    }

    private func adopt(_ list: Credentials.AllowList) {
        let (cut, before) = state.withLock { state in
            let before = state.admission.list
            state.admission.replace(with: list)
            let cut = state.connections.remove {
                !state.admission.allows($0.client.key, $0.right)
            }
            return (cut, before)
        }
        // Only now, so that whoever sees it asks about the new list.
        changes.add(1, ordering: .releasing)
        for entry in cut {
            let peer = entry.connection.peer ?? "gone"
            entry.connection.cut()
            logger.notice(
                "Cut a client that has lost its right.",
                metadata: [
                    "client": "\(before.clients[entry.client.key]?.name ?? "unknown")",
                    "right": "\(entry.right.rawValue)", "peer": "\(peer)",
                ])
        }
        logger.notice(
            "The list of clients was read again.",
            metadata: ["clients": "\(list.clients.count)", "cut": "\(cut.count)"])
    }
}
