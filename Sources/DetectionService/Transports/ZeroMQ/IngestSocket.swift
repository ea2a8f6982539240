import Frames
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
    /// A message whose images have not all found room yet.
    var open: OpenMessage?

    private let opening: Opening
    /// Whether clients may still send.
    private var check: ClientCheck?
    private var socket: Socket
    let isRouter: Bool
    /// The parts before a message on a router: where it came from.
    private var envelope: [[UInt8]] = []
    private(set) var first = Message()
    private(set) var second = Message()
    private(set) var third = Message()

    /// What it takes to open a socket, and to open it again.
    struct Opening {
        let context: Context
        let endpoint: Endpoint
        /// Bytes that a part may have.
        let limit: Int
        let access: Access?
        let peers: PeerWatch
    }

    /// Opens and subscribes a socket.
    init(_ opening: Opening, name: String) throws(ZMQError) {
        self.opening = opening
        check = opening.access.map { ClientCheck($0.authenticator, .send) }
        isRouter = opening.endpoint.pattern == .router
        socket = try Self.open(opening)
        self.name = Array(name.utf8)
        whenFull = opening.endpoint.pattern == .sub ? .dropOldest : .block
    }

    private static func open(
        _ opening: Opening, isReopening: Bool = false
    ) throws(ZMQError) -> Socket {
        let kind: Socket.Kind =
            switch opening.endpoint.pattern {
            case .pull: .pull
            case .router: .router
            default: .sub
            }
        let socket = try Socket(opening.context, kind)
        try socket.setMaximumMessageBytes(opening.limit)
        // Enough to keep scoring busy, and few enough not to hoard; the senders' queues come on top.
        try socket.setReceiveHighWater(kind == .sub ? 1000 : 128)
        try socket.setTCPKeepalive(idle: 30, interval: 10, count: 3)
        try socket.setReconnect(interval: 100, maximum: 5000)
        try socket.setHandshakeInterval(milliseconds: 5000)
        if kind == .router { try socket.setLinger(milliseconds: 1000) }
        if kind == .sub { try socket.subscribe("") }
        try opening.access?.credentials.secure(socket, opening.endpoint, domain: "ingest")
        try opening.peers.watch(socket, "\(opening.endpoint)")
        try socket.open(opening.endpoint, isReopening: isReopening)
        return socket
    }

    /// Closes the socket, which cuts all its connections, and opens it again; what had arrived and was
    /// not received is lost and shows as gaps in its senders' numbers.
    func reopen() throws(ZMQError) {
        // A placeholder, so that the old socket closes before the new one opens.
        socket = try Socket(opening.context, .pair)
        socket = try Self.open(opening, isReopening: true)
    }

    /// Has `poller` watch the socket, and returns its index there.
    func add(to poller: inout Poller) -> Int { poller.add(socket) }

    /// What the sender of the message just received waits at, if it does.
    func reply(to images: Int, endpoint: EndpointIndex) -> ReplyAddress? {
        isRouter ? ReplyAddress(endpoint: endpoint, envelope: envelope, images: images) : nil
    }

    /// Receives one message, its first three parts into `first`, `second` and `third`; the number of
    /// its parts without the envelope, or nil if there is none.
    func receive() throws(ZMQError) -> Int? {
        repeat {
            guard try socket.receive(into: &first, blocking: false) else { return nil }
        } while try skipForbidden()
        var parts = isRouter ? try receiveEnvelope() : 1
        // Parts of one message arrive together, so these do not block.
        if parts == 1, first.more {
            _ = try socket.receive(into: &second, blocking: false)
            parts = 2
        }
        guard parts >= 2, second.more else { return parts }
        _ = try socket.receive(into: &third, blocking: false)
        parts = 3
        var isLast = !third.more
        while !isLast {
            var rest = Message()
            _ = try socket.receive(into: &rest, blocking: false)
            parts += 1
            isLast = !rest.more
        }
        return parts
    }

    /// Passes over a message whose sender has lost the right to send it; whether it was one.
    private func skipForbidden() throws(ZMQError) -> Bool {
        guard check?.admits(first) == false else { return false }
        while first.more { _ = try socket.receive(into: &first, blocking: false) }
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
        envelope = [first.copy]
        guard first.more else { return 0 }
        _ = try socket.receive(into: &first, blocking: false)
        if first.count == 0 { return try skipDelimiter() }
        guard first.bytes[0] != UInt8(ascii: "{"), first.more else { return 1 }
        _ = try socket.receive(into: &second, blocking: false)
        guard second.count == 0 else { return 2 }
        envelope.append(first.copy)
        swap(&first, &second)
        return try skipDelimiter()
    }

    /// `first` is the empty part between envelope and message.
    private func skipDelimiter() throws(ZMQError) -> Int {
        envelope.append([])
        guard first.more else { return 0 }
        _ = try socket.receive(into: &first, blocking: false)
        return 1
    }

    /// Sends a reply; one whose receiver has gone is lost without a word.
    func send(_ reply: ReplyAddress, _ line: [UInt8]) throws(ZMQError) {
        for part in reply.envelope {
            _ = try socket.send(part.span, more: true, blocking: false)
        }
        _ = try socket.send(line.span, blocking: false)
    }
}
