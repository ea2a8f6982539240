internal import CZeroMQ

/// One ZeroMQ socket, owned by the thread that creates, uses and closes it.
///
/// Not copyable, so it has one owner; not `Sendable`, so that owner stays in its thread: libzmq's
/// sockets have no locks. Its methods borrow it, because what changes is libzmq's state. It closes
/// when its owner lets go of it, and unsent messages are dropped then unless `setLinger` says more.
@safe public struct Socket: ~Copyable {
    /// The `zmq_socket` this value owns, valid until `deinit`.
    let handle: UnsafeMutableRawPointer
    /// Says to pollers whether `handle` still lives.
    let liveness: Liveness
    // Terminating a context waits for its sockets, so it must not happen before this one is closed.
    let context: Context

    /// Opens a socket that does not linger; throws when the context is shut down or out of sockets.
    public init(_ context: Context, _ kind: Kind) throws(ZMQError) {
        guard let handle = unsafe zmq_socket(context.handle, kind.code) else {
            throw ZMQError(code: zmq_errno(), operation: "open a socket")
        }
        // libzmq's own default is to linger for ever, which can hang a SIGTERM.
        var linger: Int32 = 0
        let code = unsafe errorCode(zmq_setsockopt(handle, ZMQ_LINGER, &linger, 4))
        if code != 0 {
            _ = unsafe zmq_close(handle)
            throw ZMQError(code: code, operation: "open a socket")
        }
        unsafe self.handle = handle
        self.context = context
        liveness = Liveness()
    }

    deinit {
        liveness.isOpen = false
        // libzmq goes on telling of a closed socket for a while; the monitor goes with this one.
        if liveness.monitor != nil { _ = unsafe zmq_socket_monitor(handle, nil, 0) }
        _ = unsafe zmq_close(handle)
    }
}

@available(*, unavailable)
extension Socket: Sendable {}

extension Socket {
    /// The messaging pattern a socket speaks; the peer must speak its counterpart.
    public enum Kind: Sendable {
        /// `pub` and `xpub` fan out to subscribers; `sub` and `xsub` subscribe.
        case pub, sub, xpub, xsub
        /// `push` deals messages out in turn to the `pull` sockets connected to it.
        case push, pull
        /// Exactly two peers, usually two threads over `inproc://`.
        case pair
        /// Strictly alternating request and reply.
        case req, rep
        /// Free-running request and reply; `router` receives the sender's identity as first part.
        case router, dealer

        /// libzmq's number for this kind.
        var code: Int32 {
            switch self {
            case .pub: ZMQ_PUB
            case .sub: ZMQ_SUB
            case .xpub: ZMQ_XPUB
            case .xsub: ZMQ_XSUB
            case .push: ZMQ_PUSH
            case .pull: ZMQ_PULL
            case .pair: ZMQ_PAIR
            case .req: ZMQ_REQ
            case .rep: ZMQ_REP
            case .router: ZMQ_ROUTER
            case .dealer: ZMQ_DEALER
            }
        }
    }
}

/// What outlives a socket for the pollers that know it: whether its handle is still open; and what it
/// must not outlive.
///
/// Touched only by the socket's thread, like the socket and its pollers; hence no lock.
final class Liveness {
    /// True until the socket closes, and never again.
    var isOpen = true
    /// Where libzmq tells of the socket's connections, if it does.
    var monitor: SocketMonitor?
}
