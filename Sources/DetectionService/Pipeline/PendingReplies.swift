import Frames
import Synchronization
import ZeroMQ

/// Replies on their way from the scoring threads to the receiving one, which owns the sockets that
/// senders wait at.
final class PendingReplies: Sendable {
    /// A whole reply.
    struct Ready: Sendable {
        let reply: ReplyAddress
        let line: [UInt8]
    }

    private struct State {
        var ready: [Ready] = []
        /// Lines of messages of several images, until all are there.
        var partial: [ObjectIdentifier: (reply: ReplyAddress, lines: [[UInt8]])] = [:]
    }

    private let state = Mutex(State())
    private let wake: WakeUp

    init(wake: WakeUp) {
        self.wake = wake
    }

    /// Adds what is said about one image; the reply goes out when all of its images have theirs: the
    /// line, or an array of lines for a message of several.
    func add(_ line: [UInt8], to reply: ReplyAddress) {
        let isReady = state.withLock { state in
            if reply.images == 1 {
                state.ready.append(Ready(reply: reply, line: line))
                return true
            }
            let key = ObjectIdentifier(reply)
            state.partial[key, default: (reply, [])].lines.append(line)
            guard let lines = state.partial[key]?.lines, lines.count >= reply.images else {
                return false
            }
            state.partial[key] = nil
            let array = Array("[".utf8) + lines.joined(separator: Array(",".utf8)) + Array("]".utf8)
            state.ready.append(Ready(reply: reply, line: array))
            return true
        }
        if isReady { wake.signal() }
    }

    /// Takes all that are whole.
    func take() -> [Ready] {
        state.withLock { state in
            defer { state.ready.removeAll(keepingCapacity: true) }
            return state.ready
        }
    }
}
