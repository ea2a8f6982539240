import ZeroMQ

/// The ingest sockets of one receiver, opened together and addressed by index.
///
/// `Socket` cannot be copied and so cannot live in an array; a class of one socket each can.
final class Sockets {
    private final class Slot {
        let socket: Socket

        init(_ context: Context, _ endpoint: Endpoint, _ limit: Int) throws(ZMQError) {
            let socket = try Socket(context, endpoint.pattern == .pull ? .pull : .sub)
            try socket.setMaximumMessageBytes(limit)
            try socket.setTCPKeepalive(idle: 30, interval: 10, count: 3)
            try socket.setReconnect(interval: 100, maximum: 5000)
            if endpoint.pattern == .sub { try socket.subscribe("") }
            switch endpoint.role {
            case .bind: try socket.bind(endpoint.address)
            case .connect: try socket.connect(endpoint.address)
            }
            self.socket = socket
        }
    }

    private let slots: [Slot]

    /// Opens every ingest endpoint of the configuration.
    init(_ context: Context, _ configuration: Configuration) throws(ZMQError) {
        var slots: [Slot] = []
        for endpoint in configuration.ingest {
            slots.append(try Slot(context, endpoint, configuration.maxMessageBytes))
        }
        self.slots = slots
    }

    var count: Int { slots.count }

    func add(_ index: Int, to poller: inout Poller) {
        _ = poller.add(slots[index].socket)
    }

    /// Receives a part if there is one.
    func receive(_ index: Int, _ message: inout Message) throws(ZMQError) -> Bool {
        try slots[index].socket.receive(into: &message, blocking: false)
    }
}
