import Control
import Files
import FoundationEssentials
import Logging
import Platform
import ServiceConfiguration
import Synchronization
import ZeroMQ

/// The sockets that `elbo` steers the daemon by, and the thread that answers at them.
///
/// What a client can do to it is bounded: requests are taken in turns, one of each client at a time, and
/// between turns everything else is looked after; an answer that a client does not read is dropped; what
/// may take long is done by the worker. Connections and unfinished messages are bounded by
/// `ConnectionBounds`.
struct ControlServer: ~Copyable {
    private var local: ControlPort?
    private var remote: ControlPort?
    private var poller = Poller(capacity: 3)
    private let context: Context
    private let controller: Controller
    private let places: Places
    private let worker: Worker
    private let finished: FinishedAnswers
    private var nextLook = ContinuousClock.now
    /// The file that the local socket was bound to.
    private var file: FileIdentity?

    /// Where the sockets are.
    struct Places {
        /// Of a file for the owner and the group alone.
        let path: String?
        /// Of an encrypted one.
        let remote: Endpoint?
        let access: Access?
        let logger: Logger
    }

    /// How long to wait for requests before looking around, in milliseconds.
    private static let tick = 250
    /// A turn ends after so many requests of a socket, or so long.
    private static let (turn, turnTime) = (16, Duration.milliseconds(20))

    /// Binds the sockets; `finished` is where the worker leaves its answers.
    init(
        _ context: Context, _ places: Places, controller: Controller, worker: Worker,
        finished: FinishedAnswers
    ) throws(ZMQError) {
        self.context = context
        self.controller = controller
        self.places = places
        self.worker = worker
        self.finished = finished
        _ = poller.add(finished.wake)
        try openLocal()
        try openRemote()
    }

    /// Opens the socket of a file, closing it before if it is open.
    ///
    /// The old one's listener goes in libzmq's own time, and is not waited for: should it take the new file with
    /// it, the next look finds that out.
    private mutating func openLocal() throws(ZMQError) {
        guard let path = places.path else { return }
        local = nil
        let socket = try ControlPort.socket(context)
        if let endpoint = try? Endpoint("router+bind:ipc://\(path)") {
            try socket.open(endpoint)
        }
        restrictToGroup(path)
        file = FileIdentity(of: path)
        _ = poller.add(socket)
        local = ControlPort(socket, .local)
    }

    /// Opens the socket for other machines.
    private mutating func openRemote() throws(ZMQError) {
        guard let endpoint = places.remote, let access = places.access else { return }
        let socket = try ControlPort.socket(context)
        try socket.setTCPKeepalive(idle: 30, interval: 10, count: 3)
        try socket.setHandshakeInterval(milliseconds: 5000)
        try access.credentials.secure(socket, endpoint, domain: "control")
        try socket.open(endpoint)
        _ = poller.add(socket)
        remote = ControlPort(socket, .remote, ClientCheck(access.authenticator, .control))
    }

    /// Answers requests until `stop` is set.
    mutating func run(until stop: borrowing Atomic<Bool>, heartbeat: Heartbeat) throws(ZMQError) {
        while !stop.load(ordering: .relaxed) {
            heartbeat.advance()
            try lookAround()
            guard try poller.wait(milliseconds: Self.tick) > 0 else { continue }
            finished.wake.clear()
            for (port, answer) in finished.take() {
                // The same one or its successor, which does not know the client and drops the answer.
                if let port = port == .local ? local : remote { try send(answer, to: port) }
            }
            let start = ContinuousClock.now
            var isFlooded = false
            for port in [local, remote].compactMap({ $0 }) {
                isFlooded = try serve(port, since: start) || isFlooded
            }
            // Whoever asks without pause gets a quarter of a processor, and not more.
            if isFlooded {
                sleepThread(for: min((ContinuousClock.now - start) * 3, .milliseconds(100)))
            }
        }
    }

    /// One turn of a port; whether there may be more.
    private mutating func serve(
        _ port: ControlPort, since start: ContinuousClock.Instant
    ) throws(ZMQError) -> Bool {
        for _ in 0..<Self.turn {
            guard let request = try port.receive() else { return false }
            try answer(request, of: port)
            if ContinuousClock.now - start > Self.turnTime { break }
        }
        return true
    }

    private mutating func answer(
        _ request: ControlPort.Request, of port: ControlPort
    ) throws(ZMQError) {
        if let objection = Self.objection(to: request.body) {
            return try send(.init(envelope: request.envelope, body: objection), to: port)
        }
        if Self.isQuick(request.body) {
            guard try begin(request.envelope, at: port) else { return }
            return port.finish(controller.answer(request.body))
        }
        let (controller, finished, name) = (controller, finished, port.name)
        // One large request at a time: each waits in memory, and takes more of it to be read.
        let isLarge = request.body.count > Self.large
        guard !isLarge || finished.beginLarge() else {
            return try send(.init(envelope: request.envelope, body: Self.busy), to: port)
        }
        let isTaken = worker.submit {
            let answer = controller.answer(request.body)
            if isLarge { finished.endLarge() }
            finished.add(name, .init(envelope: request.envelope, body: answer))
        }
        if !isTaken, isLarge { finished.endLarge() }
        if !isTaken { try send(.init(envelope: request.envelope, body: Self.busy), to: port) }
    }

    /// Begins an answer; false if the client has gone, or does not read its answers.
    private mutating func begin(
        _ envelope: [[UInt8]], at port: ControlPort
    ) throws(ZMQError) -> Bool {
        if port.canSend(to: envelope) { return true }
        // With so few answers let wait, libzmq takes one that has just been read for one that has not, until
        // it looks at what its threads have said; it does so in a poll.
        _ = try poller.wait(milliseconds: 0)
        return port.canSend(to: envelope)
    }

    /// Sends an answer, or drops it if nobody would read it.
    private mutating func send(
        _ answer: ControlPort.Answer, to port: ControlPort
    ) throws(ZMQError) {
        if try begin(answer.envelope, at: port) { port.finish(answer.body) }
    }

    /// Whether answering takes no file and no time.
    private static func isQuick(_ request: [UInt8]) -> Bool {
        guard request.count <= 4096 else { return false }
        return switch try? JSONDecoder().decode(ControlRequest.self, from: Data(request)) {
        case .status, .sources, .drain, .gather, .cancel, nil: true
        default: false
        }
    }

    /// Bytes from which a request is large.
    private static let large = 64 << 10

    private static func objection(to request: [UInt8]) -> [UInt8]? {
        guard request.count > large, let objection = RequestShape(request).objection else {
            return nil
        }
        return Array(#"{"error":"\#(objection)"}"#.utf8)
    }

    private static let busy = Array(
        #"{"error":"the daemon is busy with other changes; try again in a moment"}"#.utf8)

    /// Once a second: opens the socket again if its file has gone.
    private mutating func lookAround() throws(ZMQError) {
        guard ContinuousClock.now >= nextLook else { return }
        nextLook = ContinuousClock.now + .seconds(1)
        // Where there is a file of somebody else's, it stays theirs.
        guard let path = places.path, file != nil, FileIdentity(of: path) == nil else { return }
        places.logger.warning(
            "The control socket's file was deleted; opening the socket again.",
            metadata: ["path": "\(path)"])
        try openLocal()
    }
}
