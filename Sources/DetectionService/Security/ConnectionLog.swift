import Platform
import ZeroMQ

/// Which connections of one socket libzmq has refused, and why: it ends them without a word to either
/// side.
///
/// A value that is given events in their order, and how each connection stood when it had ended.
struct ConnectionLog {
    /// Why libzmq ended a connection.
    enum Refusal: String, CaseIterable, Sendable {
        /// A part of a message was larger than allowed.
        case messageTooLarge = "message_too_large"
        /// The peer's socket is of a kind that does not fit, as a PAIR to a PULL.
        case wrongSocketKind = "wrong_socket_kind"
        /// What it said was no ZMTP, or not the mechanism that is asked for here.
        case malformedHandshake = "malformed_handshake"
        /// It said nothing, or not enough, in time.
        case noHandshake = "no_handshake"
        /// Its key is not on the list.
        case notListed = "not_listed"
    }

    /// Connections of which it is not known whether they were let in.
    private var waiting: Set<CInt> = []
    /// How many of them were, where libzmq did not say which.
    private var welcomed = 0
    /// Why the connection that ends next has failed.
    private var failure: SocketMonitor.Failure?

    /// A whole greeting, ZMTP 3.
    static let greetingBytes: UInt64 = 64
    /// What a greeting and the commands of a handshake without encryption come to at most.
    static let handshakeBytes: UInt64 = 512

    /// Notes an event other than an end.
    mutating func note(_ event: SocketMonitor.Event) {
        switch event {
        case .opened(let descriptor), .connected(let descriptor): waiting.insert(descriptor)
        case .welcomed:
            welcomed += 1
            // All that wait were let in, so nobody's case is in doubt.
            if welcomed >= waiting.count { (waiting, welcomed) = ([], 0) }
        case .failed(let failure): self.failure = failure
        case .closed: break
        }
    }

    /// Notes that the connection with this descriptor has ended, as `ending` says if that is known;
    /// why libzmq ended it, nil if the peer did or we cannot know.
    mutating func noteEnd(
        of descriptor: CInt, _ ending: ConnectionEnding?
    ) -> Refusal? {
        defer { failure = nil }
        let wasWaiting = waiting.remove(descriptor) != nil
        defer { welcomed = min(welcomed, waiting.count) }
        // Ours to tell, and told by port.
        if ending?.isCut == true { return nil }
        switch failure {
        case .lost(SocketMonitor.Failure.timedOut): return .noHandshake
        // Who greets and then leaves has found for itself that the kinds do not fit.
        case .lost: return (ending?.received ?? 0) >= Self.greetingBytes ? .wrongSocketKind : nil
        case .malformed: return .malformedHandshake
        // Whoever asked the authenticator has been counted there.
        case .refused: return nil
        case nil: break
        }
        // Seen in what it sent; whatever else ends a connection, as the time that a peer has set for its
        // heartbeats, does not concern us.
        if ending?.isTooLarge == true { return .messageTooLarge }
        // A handshake that the peer breaks off is told as one that failed, and this was not.
        if wasWaiting, welcomed == 0 { return .wrongSocketKind }
        // Whether it was one of those let in, what it sent tells.
        guard wasWaiting, let ending, !ending.isPeerGone,
            ending.received <= Self.handshakeBytes
        else { return nil }
        return .wrongSocketKind
    }
}
