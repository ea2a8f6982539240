import Platform
import Synchronization
import ZeroMQ

/// One socket of the control server, which belongs to its thread.
///
/// `Socket` cannot be copied and so cannot live in a list; a class of it can.
final class ControlPort {
    /// Which of the two sockets.
    enum Name: Sendable { case local, remote }

    let name: Name
    private let socket: Socket
    /// Whether clients may still steer; nil where nobody is asked for a key.
    private var check: ClientCheck?
    private var part = Message()

    /// A request and the parts in front of it, which are sent back in front of the answer.
    struct Request: Sendable {
        let envelope: [[UInt8]]
        let body: [UInt8]
    }

    /// An answer.
    typealias Answer = Request

    /// A part longer than this disconnects its sender; calibrations of 100,000 images fit.
    private static let partLimit = 8 << 20
    /// Connections, of which the one that was silent for longest gives way to a further one, so that
    /// nobody locks out the operator.
    static let bounds = ConnectionBounds(
        connections: 32, reserve: 8, replacesIdle: true, holding: holding)
    /// A request of the largest kind, and all that waits at both sockets together.
    private static let holding: HoldingBounds = {
        var holding = HoldingBounds(
            .control, part: partLimit, unfinished: partLimit + 2 << 20,
            allUnfinished: 2 * partLimit, parts: parts)
        holding.countsWhole = true
        holding.waitingParts = 8 * parts
        return holding
    }()
    /// A request has two or three parts.
    private static let parts = 8

    init(_ socket: consuming Socket, _ name: Name, _ check: ClientCheck? = nil) {
        self.socket = socket
        self.check = check
        self.name = name
    }

    /// An unbound socket.
    static func socket(_ context: Context) throws(ZMQError) -> Socket {
        let socket = try Socket(context, .router)
        try socket.setMaximumMessageBytes(partLimit)
        // A few requests of each client wait here, fewer answers for each to be read; a client that asks more
        // waits itself. With room for one message nothing at all comes over CURVE: the client's identity
        // takes it.
        try socket.setReceiveHighWater(4)
        try socket.setSendHighWater(2)
        try socket.setRouterMandatory(true)
        try socket.setLinger(milliseconds: 250)
        return socket
    }

    /// The next request, if there is one.
    ///
    /// `[id][""][request]` from a REQ socket, `[id][request]` from a DEALER; to what has other shapes the
    /// answer is an error, or there is none.
    func receive() throws(ZMQError) -> Request? {
        var isAllowed = false
        var parts: [[UInt8]] = []
        while !isAllowed {
            guard try socket.receive(into: &part, blocking: false) else {
                ConnectionBounds.noteDrained(.control)
                return nil
            }
            // The first part is libzmq's own.
            parts = [part.copy]
            var taken = (parts: 0, bytes: 0)
            while part.more {
                _ = try socket.receive(into: &part, blocking: false)
                taken.parts += 1
                taken.bytes += part.count
                if parts.count < Self.parts { parts.append(part.copy) }
            }
            // The last part, for whose the first is libzmq does not always say.
            isAllowed = check?.admits(part) ?? true
            if let connection = part.connection {
                ConnectionBounds.noteDelivery(
                    from: connection, .control, parts: taken.parts, bytes: taken.bytes)
            }
        }
        let body = parts.removeLast()
        return Request(envelope: parts, body: body)
    }

    /// Begins an answer to whoever asked: false if it has gone, or does not read its answers.
    func canSend(to envelope: [[UInt8]]) -> Bool {
        for (index, bytes) in envelope.enumerated() {
            // Only the first part can be refused: it says where the rest goes.
            let isSent = (try? socket.send(bytes.span, more: true, blocking: false)) ?? false
            if !isSent, index == 0 { return false }
        }
        return !envelope.isEmpty
    }

    /// Ends the answer that `canSend` began.
    func finish(_ body: [UInt8]) { _ = try? socket.send(body.span, blocking: false) }
}

/// Answers on their way from the worker to the control thread.
final class FinishedAnswers: Sendable {
    let wake: WakeUp
    private let answers = Mutex<[(port: ControlPort.Name, answer: ControlPort.Answer)]>([])

    private let hasLarge = Atomic<Bool>(false)

    init(wake: WakeUp) { self.wake = wake }

    /// Whether a large request can be carried out now, as none is.
    func beginLarge() -> Bool { !hasLarge.exchange(true, ordering: .relaxed) }

    /// A large request has been carried out.
    func endLarge() { hasLarge.store(false, ordering: .relaxed) }

    func add(_ port: ControlPort.Name, _ answer: ControlPort.Answer) {
        answers.withLock { $0.append((port, answer)) }
        wake.signal()
    }

    func take() -> [(port: ControlPort.Name, answer: ControlPort.Answer)] {
        answers.withLock { answers in
            defer { answers = [] }
            return answers
        }
    }
}
