import Frames
import ServiceConfiguration
import ZeroMQ

/// The socket verdicts come in by: two parts each, topic and one line of JSON.
///
/// It subscribes to the topics of one source and to the daemon's status; in that order, so that the
/// first status proves that the others are in place.
struct VerdictSocket: ~Copyable {
    private let socket: Socket
    private let source: [UInt8]
    private var topic = Message()
    private var line = Message()

    /// What came in.
    enum Arrival: Equatable {
        /// Nothing; the queue is empty.
        case nothing
        /// A daemon's sign of life.
        case status
        /// A line about a frame.
        case line(VerdictLine)
    }

    /// Opens the endpoint for the verdicts on frames of our source.
    init(_ context: Context, _ settings: ReplaySettings) throws(ZMQError) {
        let (endpoint, source) = (settings.verdicts, settings.source)
        let topics = Source(source)
        let socket = try Socket(context, .sub)
        // What is outstanding is bounded by what was sent, and losing verdicts here would be our own
        // fault and look like the daemon's.
        try socket.setReceiveHighWater(0)
        try socket.setTCPKeepalive(idle: 30, interval: 10, count: 3)
        for topic in [topics.anomalyTopic, topics.normalTopic, topics.errorTopic] {
            try socket.subscribe(String(decoding: topic, as: UTF8.self))
        }
        try socket.subscribe("status/")
        try settings.secure(socket, endpoint)
        switch endpoint.role {
        case .bind: try socket.bind(endpoint.address)
        case .connect: try socket.connect(endpoint.address)
        }
        self.socket = socket
        self.source = Array(source.utf8)
    }

    /// Takes the next message, if there is one.
    mutating func receive() throws(ZMQError) -> Arrival {
        guard try socket.receive(into: &topic, blocking: false) else { return .nothing }
        guard topic.more, try socket.receive(into: &line, blocking: false) else {
            return .line(.unreadable)
        }
        var rest = line.more
        while rest {
            var part = Message()
            rest = try socket.receive(into: &part, blocking: false) && part.more
        }
        // Topics are normal/…, anomaly/…, error/… and status/….
        let isStatus = topic.count > 0 && topic.bytes[0] == UInt8(ascii: "s")
        return isStatus ? .status : .line(VerdictLine(line.bytes, source: source.span))
    }

    /// A part of the line just received.
    func text(_ range: Range<Int>) -> String {
        var bytes: [UInt8] = []
        for index in range { bytes.append(line.bytes[index]) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Has `poller` watch for messages.
    func add(to poller: inout Poller) {
        _ = poller.add(socket)
    }
}
