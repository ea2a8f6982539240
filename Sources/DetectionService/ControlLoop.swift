import Files
import FoundationEssentials
import Synchronization
public import ZeroMQ

/// The sockets that `elbo` steers the daemon by, and the thread that answers at them.
struct ControlLoop: ~Copyable {
    /// `Socket` cannot be copied and so cannot live in an array; a class of it can.
    private final class Port {
        var socket: Socket

        init(_ socket: consuming Socket) { self.socket = socket }
    }

    private var ports: [Port] = []
    private var poller = Poller(capacity: 2)
    private let context: Context
    private let controller: Controller
    private let remote: Endpoint?
    private let access: Access?
    private var revocations = 0

    /// A request longer than this disconnects its sender; calibrations of 100,000 images fit.
    private static let limit = 16 << 20
    /// How long to wait for requests before looking around, in milliseconds.
    private static let tick = 250

    /// Binds the sockets: a file for the owner and the group alone, and an encrypted one.
    init(
        _ context: Context, path: String?, remote: Endpoint?, access: Access?,
        controller: Controller
    ) throws(ZMQError) {
        self.context = context
        self.controller = controller
        self.remote = remote
        self.access = access
        if let path {
            let socket = try Self.socket(context)
            try socket.bind("ipc://\(path)")
            restrictToGroup(path)
            _ = poller.add(socket)
            ports.append(Port(socket))
        }
        try openRemote(isReopening: false)
    }

    private static func socket(_ context: Context) throws(ZMQError) -> Socket {
        let socket = try Socket(context, .router)
        try socket.setMaximumMessageBytes(Self.limit)
        try socket.setLinger(milliseconds: 1000)
        return socket
    }

    /// Opens the socket for other machines, closing it before if it is open.
    private mutating func openRemote(isReopening: Bool) throws(ZMQError) {
        guard let remote, let access else { return }
        if isReopening { ports.removeLast() }
        let socket = try Self.socket(context)
        try socket.setTCPKeepalive(idle: 30, interval: 10, count: 3)
        try socket.setHandshakeInterval(milliseconds: 5000)
        try access.credentials.secure(socket, remote, domain: "control")
        try socket.open(remote, isReopening: isReopening)
        _ = poller.add(socket)
        ports.append(Port(socket))
    }

    /// Answers requests until `stop` is set.
    mutating func run(until stop: borrowing Atomic<Bool>, progress: Progress) throws(ZMQError) {
        var part = Message()
        while !stop.load(ordering: .relaxed) {
            progress.advance()
            if let access, access.doorkeeper.revocations != revocations {
                revocations = access.doorkeeper.revocations
                try openRemote(isReopening: true)
            }
            guard try poller.wait(milliseconds: Self.tick) > 0 else { continue }
            for port in ports {
                while try port.socket.receive(into: &part, blocking: false) {
                    try answer(port, &part)
                }
            }
        }
    }

    /// `[id][""][request]` from a REQ socket, `[id][request]` from a DEALER.
    private func answer(_ port: Port, _ part: inout Message) throws(ZMQError) {
        var parts = [part.copy]
        while part.more, parts.count < 8 {
            _ = try port.socket.receive(into: &part, blocking: false)
            parts.append(part.copy)
        }
        while part.more { _ = try port.socket.receive(into: &part, blocking: false) }
        guard parts.count >= 2 else { return }
        let answer = controller.answer(parts[parts.count - 1])
        for part in parts.dropLast() {
            _ = try port.socket.send(part.span, more: true, blocking: false)
        }
        _ = try port.socket.send(answer.span, blocking: false)
    }
}

/// Asks a running daemon over one of its control sockets.
public struct ControlClient: ~Copyable {
    private let socket: Socket
    private let address: String

    /// Connects to the socket at `address`, a path or `tcp://host:port`, the latter with the key of
    /// the server and a pair with the right to steer it; whether a daemon is there shows at the first
    /// request.
    public init(
        _ context: Context, address: String, keys: (server: String, pair: CurveKeyPair)? = nil
    ) throws(ZMQError) {
        let socket = try Socket(context, .req)
        try socket.setLinger(milliseconds: 0)
        if let keys { try socket.setCurveClient(serverKey: keys.server, keyPair: keys.pair) }
        try socket.connect(address.hasPrefix("tcp://") ? address : "ipc://\(address)")
        self.socket = socket
        self.address = address
    }

    /// Sends a request and waits for the answer, up to `seconds`.
    public func ask<Result: Codable & Sendable>(
        _ request: ControlRequest, seconds: Int = 10
    ) throws -> Result {
        guard address.hasPrefix("tcp://") || fileKind(at: address) != .absent else {
            throw ControlError.nobody(address)
        }
        try socket.setReceiveTimeout(milliseconds: seconds * 1000)
        let bytes = try [UInt8](JSONEncoder().encode(request))
        _ = try socket.send(bytes.span)
        var message = Message()
        guard try socket.receive(into: &message) else {
            throw ControlError.silent(address, seconds)
        }
        let text = Data(message.copy)
        let answer = try JSONDecoder().decode(ControlAnswer<Result>.self, from: text)
        if let error = answer.error { throw ControlError.refused(error) }
        guard let result = answer.result else { throw ControlError.silent(address, seconds) }
        return result
    }
}

/// Why a request got no result.
public enum ControlError: Error, Sendable, CustomStringConvertible {
    /// There is no socket.
    case nobody(String)
    /// Nobody answers at it.
    case silent(String, Int)
    /// The daemon will not or cannot.
    case refused(String)

    /// One sentence an operator can act on.
    public var description: String {
        switch self {
        case .nobody(let path):
            "there is no control socket at \(path); is elbod running, with control: \(path)? Name "
                + "another with --control or ELBOD_CONTROL"
        case .silent(let path, let seconds):
            "nobody answered at \(path) within \(seconds) s; is elbod running"
                + (path.hasPrefix("tcp://") ? ", and may this key control it?" : "?")
        case .refused(let text): text
        }
    }
}
