import ServiceConfiguration
import ZeroMQ

/// The socket frames leave by: two parts each, header and pixels.
struct FrameSocket: ~Copyable {
    private let socket: Socket
    /// Whether everybody who subscribes gets every frame, rather than one reader each.
    let isPublisher: Bool

    /// Opens the endpoint; a window of frames waits in it for a daemon that is slow.
    init(_ context: Context, _ settings: ReplaySettings) throws(ZMQError) {
        let endpoint = settings.frames
        isPublisher = endpoint.pattern == .pub
        // The X tells of subscriptions; a plain publisher cannot know whether anyone listens.
        let socket = try Socket(context, isPublisher ? .xpub : .push)
        try socket.setSendHighWater(settings.window)
        if isPublisher { try socket.setNoDrop(true) }
        try socket.setTCPKeepalive(idle: 30, interval: 10, count: 3)
        try settings.secure(socket, endpoint)
        switch endpoint.role {
        case .bind: try socket.bind(endpoint.address)
        case .connect: try socket.connect(endpoint.address)
        }
        self.socket = socket
    }

    /// Sends a frame; false if the daemon takes no more for now, and the frame is to be sent again.
    ///
    /// A reader that goes away between the parts takes the header with it, hence the second false.
    func send(header: Span<UInt8>, pixels: Span<UInt8>) throws(ZMQError) -> Bool {
        guard try socket.send(header, more: true, blocking: false) else { return false }
        return try socket.send(pixels, blocking: false)
    }

    /// Takes in what readers subscribed to since the last call; true if there was anything.
    func takeSubscriptions() throws(ZMQError) -> Bool {
        var isNew = false
        var message = Message()
        while isPublisher, try socket.receive(into: &message, blocking: false) {
            // Subscriptions start with 1, and the end of one with 0.
            if message.count > 0, message.bytes[0] == 1 { isNew = true }
        }
        return isNew
    }

    /// Has `poller` watch for room, or, for a publisher, for subscriptions.
    func add(to poller: inout Poller) {
        _ = poller.add(socket, events: isPublisher ? .readable : .writable)
    }
}
