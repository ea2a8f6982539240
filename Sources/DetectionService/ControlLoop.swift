import Files
import FoundationEssentials
import Synchronization
public import ZeroMQ

/// The socket that `elbo` steers the daemon by, and the thread that answers at it.
struct ControlLoop: ~Copyable {
    private let socket: Socket
    private var poller: Poller
    private let controller: Controller

    /// A request longer than this disconnects its sender; calibrations of 100,000 images fit.
    private static let limit = 16 << 20
    /// How long to wait for requests before looking around, in milliseconds.
    private static let tick = 250

    /// Binds the socket; its file is for the owner and the group alone.
    init(_ context: Context, path: String, controller: Controller) throws(ZMQError) {
        let socket = try Socket(context, .router)
        try socket.setMaximumMessageBytes(Self.limit)
        try socket.setLinger(milliseconds: 1000)
        try socket.bind("ipc://\(path)")
        restrictToGroup(path)
        var poller = Poller(capacity: 1)
        _ = poller.add(socket)
        self.socket = socket
        self.poller = poller
        self.controller = controller
    }

    /// Answers requests until `stop` is set.
    mutating func run(until stop: borrowing Atomic<Bool>, progress: Progress) throws(ZMQError) {
        var part = Message()
        while !stop.load(ordering: .relaxed) {
            progress.advance()
            guard try poller.wait(milliseconds: Self.tick) > 0 else { continue }
            while try socket.receive(into: &part, blocking: false) {
                try answer(&part)
            }
        }
    }

    /// `[id][""][request]` from a REQ socket, `[id][request]` from a DEALER.
    private func answer(_ part: inout Message) throws(ZMQError) {
        var parts = [part.copy]
        while part.more, parts.count < 8 {
            _ = try socket.receive(into: &part, blocking: false)
            parts.append(part.copy)
        }
        while part.more { _ = try socket.receive(into: &part, blocking: false) }
        guard parts.count >= 2 else { return }
        let answer = controller.answer(parts[parts.count - 1])
        for part in parts.dropLast() { _ = try socket.send(part.span, more: true, blocking: false) }
        _ = try socket.send(answer.span, blocking: false)
    }
}

/// Asks a running daemon over its control socket.
public struct ControlClient: ~Copyable {
    private let socket: Socket
    private let path: String

    /// Connects to the socket at `path`; whether a daemon is there shows at the first request.
    public init(_ context: Context, path: String) throws(ZMQError) {
        let socket = try Socket(context, .req)
        try socket.connect("ipc://\(path)")
        self.socket = socket
        self.path = path
    }

    /// Sends a request and waits for the answer, up to `seconds`.
    public func ask<Result: Codable & Sendable>(
        _ request: ControlRequest, seconds: Int = 10
    ) throws -> Result {
        guard fileKind(at: path) != .absent else { throw ControlError.nobody(path) }
        try socket.setReceiveTimeout(milliseconds: seconds * 1000)
        let bytes = try [UInt8](JSONEncoder().encode(request))
        _ = try socket.send(bytes.span)
        var message = Message()
        guard try socket.receive(into: &message) else { throw ControlError.silent(path, seconds) }
        let text = Data(message.copy)
        let answer = try JSONDecoder().decode(ControlAnswer<Result>.self, from: text)
        if let error = answer.error { throw ControlError.refused(error) }
        guard let result = answer.result else { throw ControlError.silent(path, seconds) }
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
            "nobody answered at \(path) within \(seconds) s; is elbod running?"
        case .refused(let text): text
        }
    }
}
