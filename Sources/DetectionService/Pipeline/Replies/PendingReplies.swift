import Frames
import Synchronization
import ZeroMQ

/// Replies on their way from the scoring threads to the receiving one, which owns the sockets that
/// senders wait at.
final class PendingReplies: Sendable {
    private let assembly = Mutex(ReplyAssembly())
    private let wake: WakeUp

    init(wake: WakeUp) {
        self.wake = wake
    }

    /// Adds what is said about one image; the reply goes out when all of its images have theirs.
    func add(_ line: [UInt8], to reply: ReplyAddress) {
        if assembly.withLock({ $0.add(line, to: reply) }) { wake.signal() }
    }

    /// Takes all that are whole.
    func take() -> [ReplyAssembly.Ready] { assembly.withLock { $0.take() } }
}

/// Puts lines about single images together to replies to whole messages.
struct ReplyAssembly {
    /// A whole reply.
    struct Ready: Sendable {
        let reply: ReplyAddress
        let line: [UInt8]
    }

    private var ready: [Ready] = []
    /// Lines of messages of several images, until all are there.
    ///
    /// The address is kept beside them, so
    /// that its identity is nobody else's meanwhile.
    private var partial: [ObjectIdentifier: (reply: ReplyAddress, lines: [[UInt8]])] = [:]

    /// Adds what is said about one image; whether the reply is whole by that: the line itself, or an
    /// array of the lines for a message of several, in the order in which they came.
    mutating func add(_ line: [UInt8], to reply: ReplyAddress) -> Bool {
        if reply.images == 1 {
            ready.append(Ready(reply: reply, line: line))
            return true
        }
        let key = ObjectIdentifier(reply)
        partial[key, default: (reply, [])].lines.append(line)
        guard let lines = partial[key]?.lines, lines.count >= reply.images else { return false }
        partial[key] = nil
        let array = Array("[".utf8) + lines.joined(separator: Array(",".utf8)) + Array("]".utf8)
        ready.append(Ready(reply: reply, line: array))
        return true
    }

    /// Takes all that are whole, in the order in which they became so.
    mutating func take() -> [Ready] {
        defer { ready.removeAll(keepingCapacity: true) }
        return ready
    }
}
