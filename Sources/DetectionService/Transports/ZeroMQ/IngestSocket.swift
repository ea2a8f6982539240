import Frames
import Platform
import ServiceConfiguration
import ZeroMQ

/// One ingest socket, and the message that is being taken in from it.
///
/// `Socket` and `Message` cannot be copied and so cannot live in an array; a class of each can.
final class IngestSocket {
    /// Names frames that name no source.
    let name: [UInt8]
    /// What happens to frames for which there is no room.
    let whenFull: FrameQueue.WhenFull
    /// What was read of `message`, while that waits for room.
    var open: OpenMessage?

    /// Replies that their senders have no room for.
    private(set) var outbox = ReplyOutbox()

    private let opening: Opening
    /// Whether clients may still send.
    private var check: ClientCheck?
    private let socket: Socket
    /// What was received of a message, as its sender sent it.
    private var taken = (parts: 0, bytes: 0)
    /// What the connection that messages came on last has delivered and nobody has been told yet.
    private var delivered: (connection: CInt, parts: Int, bytes: Int, messages: Int) = (-1, 0, 0, 0)
    let isRouter: Bool
    /// The parts before a message on a router: where it came from.
    private var envelope: [[UInt8]] = []
    /// What is received into.
    private(set) var message: ReceivedMessage

    /// What it takes to open a socket.
    struct Opening {
        let context: Context
        let endpoint: Endpoint
        /// Bytes that a part may have.
        let limit: Int
        /// Messages that may wait in libzmq for each connection.
        let highWater: Int
        let access: Access?
        let peers: PeerWatch
    }

    /// Opens and subscribes a socket.
    init(
        _ opening: Opening, into message: ReceivedMessage, name: String
    ) throws(ZMQError) {
        self.opening = opening
        self.message = message
        check = opening.access.map { ClientCheck($0.authenticator, .send) }
        isRouter = opening.endpoint.pattern == .router
        socket = try Self.open(opening)
        self.name = Array(name.utf8)
        whenFull = opening.endpoint.pattern == .sub ? .dropOldest : .block
    }

    private static func open(_ opening: Opening) throws(ZMQError) -> Socket {
        let kind: Socket.Kind =
            switch opening.endpoint.pattern {
            case .pull: .pull
            case .router: .router
            default: .sub
            }
        let socket = try Socket(opening.context, kind)
        try socket.setMaximumMessageBytes(opening.limit)
        try socket.setReceiveHighWater(opening.highWater)
        try socket.setTCPKeepalive(idle: 30, interval: 10, count: 3)
        try socket.setReconnect(interval: 100, maximum: 5000)
        try socket.setHandshakeInterval(milliseconds: 5000)
        if kind == .router {
            try socket.setLinger(milliseconds: 1000)
            try socket.setRouterMandatory(true)
            try socket.setSendHighWater(replyHighWater)
        }
        if kind == .sub { try socket.subscribe("") }
        try opening.access?.credentials.secure(socket, opening.endpoint, domain: "ingest")
        try opening.peers.watch(socket, "\(opening.endpoint)")
        try socket.open(opening.endpoint)
        return socket
    }

    /// Has `poller` watch the socket, and returns its index there.
    func add(to poller: inout Poller) -> Int { poller.add(socket) }

    /// What the sender of the message just received waits at, if it does.
    func reply(to images: Int, endpoint: EndpointIndex) -> ReplyAddress? {
        guard isRouter else { return nil }
        return ReplyAddress(
            endpoint: endpoint, envelope: envelope, images: images,
            connection: message.parts.first.connection)
    }

    /// Lets go of `message`, which is the queue's now, and receives into another.
    func receiveNext(into message: ReceivedMessage) { self.message = message }

    /// Receives one message, its first three parts into those of `message`; the number of its parts
    /// without the envelope, or nil if there is none.
    func receive() throws(ZMQError) -> Int? {
        guard let parts = try receiveParts() else {
            flushDeliveries()
            return nil
        }
        message.received = min(parts, 3)
        noteDelivery()
        return parts
    }

    /// Tells how much waits no more of what the sender of the message just received has sent.
    private func noteDelivery() {
        guard let connection = message.parts.first.connection else { return }
        if connection != delivered.connection {
            flushDeliveries()
            delivered.connection = connection
        }
        delivered.parts += taken.parts
        delivered.bytes += taken.bytes
        delivered.messages += 1
        if delivered.messages == Self.deliveriesAtOnce { flushDeliveries() }
    }

    /// Telling of each message alone costs a thirtieth of the frames a second.
    private func flushDeliveries() {
        guard delivered.messages > 0 else { return }
        ConnectionBounds.noteDelivery(
            from: delivered.connection, .ingest, parts: delivered.parts, bytes: delivered.bytes)
        (delivered.parts, delivered.bytes, delivered.messages) = (0, 0, 0)
    }

    private static let deliveriesAtOnce = 64

    private func receiveParts() throws(ZMQError) -> Int? {
        var parts = 1
        repeat {
            taken = (0, 0)
            guard try take(into: &message.parts.first) else { return nil }
            // The first part at a router is libzmq's own.
            if isRouter {
                taken = (0, 0)
                parts = try receiveEnvelope()
            }
        } while try skipForbidden(parts)
        // Parts of one message arrive together, so these do not block.
        if parts == 1, message.parts.first.more {
            _ = try take(into: &message.parts.second)
            parts = 2
        }
        guard parts >= 2, message.parts.second.more else { return parts }
        _ = try take(into: &message.parts.third)
        parts = 3
        var isLast = !message.parts.third.more
        while !isLast {
            var rest = Message()
            _ = try take(into: &rest)
            parts += 1
            isLast = !rest.more
        }
        return parts
    }

    private func take(into part: inout Message) throws(ZMQError) -> Bool {
        guard try socket.receive(into: &part, blocking: false) else { return false }
        taken.parts += 1
        taken.bytes += part.count
        return true
    }

    /// Passes over a message whose sender has lost the right to send it; whether it was one.
    ///
    /// Asked of the last of `parts` that are here: of a router's first part libzmq does not always say whose
    /// it is.
    private func skipForbidden(_ parts: Int) throws(ZMQError) -> Bool {
        let isAllowed =
            parts == 2 ? check?.admits(message.parts.second) : check?.admits(message.parts.first)
        guard isAllowed == false else { return false }
        var hasMore = parts == 2 ? message.parts.second.more : message.parts.first.more
        while hasMore {
            _ = try take(into: &message.parts.first)
            hasMore = message.parts.first.more
        }
        noteDelivery()
        return true
    }

    /// Moves what is in front of a request into `envelope`; the number of parts then received into
    /// `first` and `second`.
    ///
    /// ```
    /// [id][""]…               REQ
    /// [id][request id][""]…   REQ with ZMQ_REQ_CORRELATE, as VidGear uses it
    /// [id]…                   DEALER
    /// ```
    private func receiveEnvelope() throws(ZMQError) -> Int {
        envelope = [message.parts.first.copy]
        guard message.parts.first.more else { return 0 }
        _ = try take(into: &message.parts.first)
        if message.parts.first.count == 0 { return try skipDelimiter() }
        // A request's id is four bytes of any kind; one in 256 starts as JSON does.
        let isHeader =
            message.parts.startsWith(UInt8(ascii: "{")) && message.parts.first.count != 4
        guard !isHeader, message.parts.first.more else { return 1 }
        _ = try take(into: &message.parts.second)
        guard message.parts.second.count == 0 else { return 2 }
        envelope.append(message.parts.first.copy)
        message.parts.promoteSecond()
        return try skipDelimiter()
    }

    /// `first` is the empty part between envelope and message.
    private func skipDelimiter() throws(ZMQError) -> Int {
        envelope.append([])
        guard message.parts.first.more else { return 0 }
        _ = try take(into: &message.parts.first)
        return 1
    }

    /// Replies that libzmq holds for a sender before more wait in `outbox`, which counts bytes.
    static let replyHighWater = 8

    /// Sends a reply, now or when its sender has read others; one whose sender has gone is lost without
    /// a word.
    func send(_ reply: ReplyAddress, _ line: [UInt8]) throws(ZMQError) {
        var outbox = outbox
        defer { self.outbox = outbox }
        try outbox.send(reply, line) { reply, line throws(ZMQError) in try deliver(reply, line) }
    }

    /// Where it listens, if it does.
    private var listening: ConnectionBounds.Port? {
        let endpoint = opening.endpoint
        guard endpoint.role == .bind else { return nil }
        if endpoint.address.hasPrefix(Self.ipc) {
            return .path(String(endpoint.address.dropFirst(Self.ipc.count)))
        }
        let address = (try? socket.lastEndpoint()).flatMap { try? TCPAddress($0) }
        return (address?.port).map { .tcp($0) }
    }

    private static let ipc = "ipc://"

    /// Lets nobody else in.
    func stopAccepting() { listening?.close() }

    /// Has each connection end with the last of its replies, and those without one at once: who has read a
    /// reply sends the next request, and would wait for ever if that came after the end.
    func prepareToLeave(_ groups: [[HeldReplies.Reply]]) {
        guard let listening else { return }
        let isEncrypted = opening.access != nil && !opening.endpoint.address.hasPrefix(Self.ipc)
        // Of several senders with one descriptor, all but the last have gone.
        var bytes: [CInt: Int] = [:]
        for group in groups {
            guard let last = group.last?.reply, let connection = last.connection else { continue }
            let parts = group.map { $0.reply.envelope.dropFirst().map(\.count) + [$0.line.count] }
            bytes[connection] =
                outbox.holds(for: last)
                ? 0 : parts.reduce(0) { $0 + ZMTP.bytes(parts: $1, isEncrypted: isEncrypted) }
        }
        for (connection, bytes) in bytes { listening.end(connection, after: bytes) }
        listening.endIdleConnections()
    }

    /// Sends the last replies, one sender's after the other's, and each when the one before has gone: where
    /// one thread of a process has several connections, what one of them has to send can come before the
    /// end of the next.
    func leave(_ groups: [[HeldReplies.Reply]], heartbeat: Heartbeat) throws(ZMQError) {
        let deadline = ContinuousClock.now + Self.goodbyes
        for (index, group) in groups.enumerated() {
            heartbeat.advance()
            for (reply, line) in group { try send(reply, line) }
            guard index < groups.count - 1, let listening,
                let connection = group.last?.reply.connection
            else { continue }
            let now = ContinuousClock.now
            let share = now.duration(to: deadline) / (groups.count - index)
            let limit = now + min(Self.goodbye, share)
            while listening.has(connection), ContinuousClock.now < limit {
                sleepThread(for: Self.look)
            }
            sleepThread(for: max(.zero, min(Self.pause, ContinuousClock.now.duration(to: limit))))
        }
    }

    /// How long is waited for one sender to go, and for all of them, at most.
    private static let (goodbye, goodbyes) = (Duration.milliseconds(50), Duration.milliseconds(400))
    /// How often to look whether it has, and how long it then has to come up with its next request, on a
    /// busy machine.
    private static let (look, pause) = (Duration.microseconds(200), Duration.milliseconds(20))

    /// Whether everybody who sent lately has sent again since nobody else was let in, or waits for a reply.
    func isQuiet(_ groups: [[HeldReplies.Reply]]) -> Bool {
        guard isRouter, let awaited = listening?.awaited, !awaited.isEmpty else { return true }
        let waiting = Set(groups.compactMap { $0.last?.reply.connection })
        return waiting.isSuperset(of: awaited)
    }

    /// Ends connections that could not be ended when their last reply was sent, and have been read.
    func endConnections() {
        if isRouter, outbox.isEmpty { listening?.endIdleConnections(alsoBusy: true) }
    }

    /// Tries again to send what its senders had no room for.
    func sendWaiting() throws(ZMQError) {
        guard !outbox.isEmpty else { return }
        var outbox = outbox
        defer { self.outbox = outbox }
        try outbox.flush { reply, line throws(ZMQError) in try deliver(reply, line) }
    }

    private func deliver(
        _ reply: ReplyAddress, _ line: [UInt8]
    ) throws(ZMQError) -> ReplyOutbox.Outcome {
        do throws(ZMQError) {
            for part in reply.envelope {
                // Only the first part can find no room, and then nothing is sent.
                guard try socket.send(part.span, more: true, blocking: false) else { return .full }
            }
            _ = try socket.send(line.span, blocking: false)
            return .sent
        } catch {
            guard error.code == ZMQError.unreachable else { throw error }
            return .gone
        }
    }
}
