import FoundationEssentials
import Logging
import ServiceConfiguration
import Synchronization
import ZeroMQ

/// The daemon's keys, and who decides whom to let in.
struct Access: Sendable {
    let credentials: Credentials
    let authenticator: ZAPAuthenticator
}

/// Tells libzmq which clients to let in (ZAP, rfc.zeromq.org/spec/27), from a list that is read again
/// whenever its file changes; `Admission` decides.
///
/// libzmq asks once for each connection, so when a client loses a right, every connection is cut:
/// `revocations` counts on, and the sockets' owners open theirs again.
final class ZAPAuthenticator: Sendable {
    private let path: String
    private let admission: Mutex<Admission>
    private let logger: Logger

    /// Reads the list; throws if there is none that makes sense.
    init(list path: String, logger: Logger) throws(ConfigurationError) {
        self.path = path
        self.logger = logger
        admission = Mutex(
            Admission(
                try Credentials.allowList(file: path), modified: Self.modification(of: path)))
    }

    /// How often clients have lost rights.
    var revocations: Int { admission.withLock { $0.revocations } }

    /// Answers libzmq until `stop` is set; must be bound before any socket that asks.
    func run(
        _ socket: borrowing Socket, until stop: borrowing Atomic<Bool>, heartbeat: Heartbeat
    ) throws(ZMQError) {
        var poller = Poller(capacity: 1)
        _ = poller.add(socket)
        var part = Message()
        while !stop.load(ordering: .relaxed) {
            heartbeat.advance()
            readAgain()
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
        let reply = admission.withLock { $0.reply(to: request) }
        if reply.status != .admitted {
            logger.warning(
                "A client was turned away.",
                metadata: [
                    "key": "\(request.key ?? "none")", "address": "\(request.address)",
                    "right": "\(Admission.right(in: request.domain)?.rawValue ?? "none")",
                ])
        }
        return reply.parts(to: request.id)
    }

    private func readAgain() {
        let modified = Self.modification(of: path)
        guard admission.withLock({ $0.mustRead(modified: modified) }) else { return }
        do throws(ConfigurationError) {
            let list = try Credentials.allowList(file: path)
            let mustCut = admission.withLock { $0.replace(with: list) }
            logger.notice(
                "The list of clients was read again.",
                metadata: ["clients": "\(list.clients.count)", "cut": "\(mustCut)"])
        } catch {
            logger.error(
                "The list of clients cannot be read; the old one holds.",
                metadata: ["reason": "\(error)"])
        }
    }

    private static func modification(of path: String) -> Date? {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        return attributes?[.modificationDate] as? Date
    }
}
