import Files
import FoundationEssentials
import ServiceConfiguration
import Synchronization
import ZeroMQ

/// The sockets that `elbo` steers the daemon by, and the thread that answers at them.
struct ControlServer: ~Copyable {
    /// `Socket` cannot be copied and so cannot live in an array; a class of it can.
    private final class Port {
        let socket: Socket
        /// Whether clients may still steer; nil where nobody is asked for a key.
        var check: ClientCheck?

        init(_ socket: consuming Socket, _ check: ClientCheck? = nil) {
            self.socket = socket
            self.check = check
        }
    }

    private var ports: [Port] = []
    private var poller = Poller(capacity: 2)
    private let context: Context
    private let controller: Controller
    private let remote: Endpoint?
    private let access: Access?

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
        try openRemote()
    }

    private static func socket(_ context: Context) throws(ZMQError) -> Socket {
        let socket = try Socket(context, .router)
        try socket.setMaximumMessageBytes(Self.limit)
        try socket.setLinger(milliseconds: 1000)
        return socket
    }

    /// Opens the socket for other machines.
    private mutating func openRemote() throws(ZMQError) {
        guard let remote, let access else { return }
        let socket = try Self.socket(context)
        try socket.setTCPKeepalive(idle: 30, interval: 10, count: 3)
        try socket.setHandshakeInterval(milliseconds: 5000)
        try access.credentials.secure(socket, remote, domain: "control")
        try socket.open(remote, isReopening: false)
        _ = poller.add(socket)
        ports.append(Port(socket, ClientCheck(access.authenticator, .control)))
    }

    /// Answers requests until `stop` is set.
    mutating func run(until stop: borrowing Atomic<Bool>, heartbeat: Heartbeat) throws(ZMQError) {
        var part = Message()
        while !stop.load(ordering: .relaxed) {
            heartbeat.advance()
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
        let isAllowed = port.check?.admits(part) ?? true
        var parts = [part.copy]
        while part.more, parts.count < 8 {
            _ = try port.socket.receive(into: &part, blocking: false)
            parts.append(part.copy)
        }
        while part.more { _ = try port.socket.receive(into: &part, blocking: false) }
        guard isAllowed, parts.count >= 2 else { return }
        let answer = controller.answer(parts[parts.count - 1])
        for part in parts.dropLast() {
            _ = try port.socket.send(part.span, more: true, blocking: false)
        }
        _ = try port.socket.send(answer.span, blocking: false)
    }
}
