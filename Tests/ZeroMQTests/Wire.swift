import Testing
import ZeroMQ

/// A connected push and pull socket that both give up after five seconds rather than hang a test.
struct Wire: ~Copyable {
    let context: Context
    let push: Socket
    let pull: Socket
    var message = Message()

    /// `*` in the endpoint becomes a free port or path.
    init(_ endpoint: String = "inproc://wire") throws {
        let context = try Context()
        let pull = try Socket(context, .pull)
        try pull.setReceiveTimeout(milliseconds: 5_000)
        try pull.bind(endpoint)
        let push = try Socket(context, .push)
        try push.setSendTimeout(milliseconds: 5_000)
        try push.connect(try pull.lastEndpoint())
        // Only now: the compiler cannot yet undo half an initialisation of noncopyable parts.
        self.context = context
        self.pull = pull
        self.push = push
    }

    /// Sends one part, or fails the test.
    func send(_ bytes: [UInt8], more: Bool = false) throws {
        let sent = try push.send(bytes.span, more: more)
        try #require(sent)
    }

    /// Receives one part into the one message, or fails the test.
    mutating func receive() throws -> Part {
        let received = try pull.receive(into: &message)
        try #require(received)
        return Part(message)
    }
}

/// A copy of a received part, to compare.
struct Part: Equatable {
    let bytes: [UInt8]
    let more: Bool

    init(_ bytes: [UInt8], more: Bool = false) {
        self.bytes = bytes
        self.more = more
    }

    init(_ text: String, more: Bool = false) { self.init(Array(text.utf8), more: more) }

    init(_ message: borrowing Message) {
        let bytes = message.bytes
        self.init(bytes.indices.map { bytes[$0] }, more: message.more)
    }
}

extension Socket {
    /// Receives one part into a message of its own; nil when that would block.
    func receive(blocking: Bool = true) throws -> Part? {
        var message = Message()
        return try receive(into: &message, blocking: blocking) ? Part(message) : nil
    }
}

/// Bytes that no other length or seed would give.
func pattern(_ count: Int, seed: Int = 0) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ count &+ seed) }
}
