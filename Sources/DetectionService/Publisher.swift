import ZeroMQ

/// The socket verdicts leave by: two parts each, topic and one line of JSON.
///
/// A subscriber too slow for `publishHighWater` loses verdicts of its own and sees it from the gap
/// in `pub_seq`; nobody else does.
struct Publisher: ~Copyable {
    private let socket: Socket

    /// Opens every publishing endpoint.
    init(_ context: Context, _ configuration: Configuration) throws(ZMQError) {
        let socket = try Socket(context, .pub)
        try socket.setSendHighWater(configuration.publishHighWater)
        try socket.setTCPKeepalive(idle: 30, interval: 10, count: 3)
        // What was published is delivered at exit, but a subscriber that hangs cannot hold it up.
        try socket.setLinger(milliseconds: 1000)
        for endpoint in configuration.publish {
            switch endpoint.role {
            case .bind: try socket.bind(endpoint.address)
            case .connect: try socket.connect(endpoint.address)
            }
        }
        self.socket = socket
    }

    func send(_ topic: [UInt8], _ line: [UInt8]) throws(ZMQError) {
        _ = try socket.send(topic.span, more: true)
        _ = try socket.send(line.span)
    }
}
