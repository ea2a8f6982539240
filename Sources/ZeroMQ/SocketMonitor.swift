internal import CZeroMQ
internal import Synchronization

/// What happens to the connections of one socket, as libzmq tells it; from any thread, one at a time.
///
/// Kept by the socket itself until it is closed: without somebody at the other end, libzmq's network
/// thread would wait in the middle of an event. For the same reason any number of events may wait.
public final class SocketMonitor: Sendable {
    /// One event; descriptors are libzmq's, and may be closed by the time they are read here.
    public enum Event: Equatable, Sendable {
        /// A connection was accepted.
        case opened(CInt)
        /// One of ours was made.
        case connected(CInt)
        /// A connection has ended, for whatever reason.
        case closed(CInt)
        /// One of the connections, libzmq does not say which, has introduced itself and was let in.
        case welcomed
        /// The connection whose end is the next event has not.
        case failed(Failure)
    }

    /// Why a connection did not introduce itself.
    public enum Failure: Equatable, Sendable {
        /// It was lost, or took too long (EAGAIN); the errno.
        case lost(CInt)
        /// What it said was no ZMTP, or not of our mechanism; libzmq's number for it.
        case malformed(CInt)
        /// It was not let in; the status code of the ZAP handler.
        case refused(CInt)

        /// The errno of one that took too long.
        public static var timedOut: CInt { EAGAIN }
    }

    private struct Receiver: ~Copyable {
        let socket: Socket
        var message = Message()
    }

    private let receiver: Mutex<Receiver>

    /// Connects to where libzmq tells of a socket.
    init(_ context: Context, _ address: String) throws(ZMQError) {
        let socket = try Socket(context, .pair)
        try socket.setReceiveHighWater(0)
        try socket.connect(address)
        receiver = Mutex(Receiver(socket: socket))
    }

    /// The next event, nil if there is none.
    public func next() throws(ZMQError) -> Event? {
        let result = receiver.withLock { receiver in
            Result { () throws(ZMQError) in try Self.next(&receiver) }
        }
        return try result.get()
    }

    private static func next(_ receiver: inout Receiver) throws(ZMQError) -> Event? {
        while try receiver.socket.receive(into: &receiver.message, blocking: false) {
            let bytes = receiver.message.copy
            // The second part is our own address.
            while receiver.message.more {
                _ = try receiver.socket.receive(into: &receiver.message)
            }
            if let event = event(bytes) { return event }
        }
        return nil
    }

    /// An event's number in 16 bits and its value in 32, of this machine's order.
    static func event(_ bytes: [UInt8]) -> Event? {
        guard bytes.count == 6 else { return nil }
        let (number, value) = unsafe bytes.withUnsafeBytes {
            unsafe (
                CInt($0.loadUnaligned(as: UInt16.self)),
                $0.loadUnaligned(fromByteOffset: 2, as: CInt.self)
            )
        }
        switch number {
        case ZMQ_EVENT_ACCEPTED: return .opened(value)
        case ZMQ_EVENT_CONNECTED: return .connected(value)
        case ZMQ_EVENT_DISCONNECTED: return .closed(value)
        case ZMQ_EVENT_HANDSHAKE_SUCCEEDED: return .welcomed
        case ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL: return .failed(.lost(value))
        case ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL: return .failed(.malformed(value))
        case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH: return .failed(.refused(value))
        default: return nil
        }
    }

    /// The events that are asked for; all others would only have to be passed over.
    static let events =
        ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_CONNECTED | ZMQ_EVENT_DISCONNECTED
        | ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL
        | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH

    /// Numbers the addresses at which libzmq tells of sockets.
    static let count = Atomic<Int>(0)
}

extension Socket {
    /// Has libzmq tell what happens to the connections of this socket; before bind or connect, once.
    public borrowing func startMonitor() throws(ZMQError) -> SocketMonitor {
        let number = SocketMonitor.count.add(1, ordering: .relaxed).newValue
        let address = "inproc://monitor-\(number)"
        let code = unsafe address.withCString {
            unsafe errorCode(zmq_socket_monitor(handle, $0, SocketMonitor.events))
        }
        if code != 0 { throw ZMQError(code: code, operation: "monitor a socket") }
        let monitor = try SocketMonitor(context, address)
        liveness.monitor = monitor
        return monitor
    }
}
