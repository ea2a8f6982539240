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
/// whenever its file changes.
///
/// libzmq asks once for each connection, so when a client loses a right, every connection is cut:
/// `revocations` counts on, and the sockets' owners open theirs anew.
final class ZAPAuthenticator: Sendable {
    private struct State {
        var list: Credentials.AllowList
        var modified: Date?
    }

    private let path: String
    private let state: Mutex<State>
    private let count = Atomic<Int>(0)
    private let logger: Logger

    /// Reads the list; throws if there is none that makes sense.
    init(list path: String, logger: Logger) throws(ConfigurationError) {
        self.path = path
        self.logger = logger
        state = Mutex(
            State(
                list: try Credentials.allowList(file: path), modified: Self.modification(of: path)))
    }

    /// How often clients have lost rights.
    var revocations: Int { count.load(ordering: .acquiring) }

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

    /// `[version, request id, domain, address, identity, mechanism, key]` in, and
    /// `[version, request id, status code, status text, user id, metadata]` out.
    private func answer(_ request: [[UInt8]]) -> [[UInt8]] {
        let id = request.count > 1 ? request[1] : []
        func reply(_ code: String, _ text: String, user: String = "") -> [[UInt8]] {
            [Array("1.0".utf8), id, Array(code.utf8), Array(text.utf8), Array(user.utf8), []]
        }
        guard request.count == 7, request[5] == Array("CURVE".utf8), request[6].count == 32 else {
            return reply("400", "no CURVE key")
        }
        let domain = String(decoding: request[2], as: UTF8.self)
        let needed: Credentials.Right =
            switch domain {
            case "publish": .receive
            case "control": .control
            default: .send
            }
        let key = CurveKeyPair.text(ofKey: request[6])
        guard let client = state.withLock({ $0.list.clients[key] }), client.rights.contains(needed)
        else {
            logger.warning(
                "A client was turned away.",
                metadata: [
                    "key": "\(key)", "address": "\(String(decoding: request[3], as: UTF8.self))",
                    "right": "\(needed.rawValue)",
                ])
            return reply("400", "not on the list for \(needed.rawValue)")
        }
        return reply("200", "OK", user: client.name)
    }

    private func readAgain() {
        let modified = Self.modification(of: path)
        guard state.withLock({ $0.modified != modified }) else { return }
        state.withLock { $0.modified = modified }
        do throws(ConfigurationError) {
            let list = try Credentials.allowList(file: path)
            let mustCut = state.withLock { state in
                defer { state.list = list }
                return list.revokes(state.list)
            }
            if mustCut { count.add(1, ordering: .releasing) }
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
