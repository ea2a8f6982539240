internal import CZeroMQ

/// Hands on messages between two sockets, both ways, until the context is shut down.
///
/// The front end waits when the back end is full, as libzmq's own `zmq_proxy` does it.
public func forward(
    from frontend: borrowing Socket, to backend: borrowing Socket
) throws(ZMQError) {
    while true {
        _ = unsafe zmq_proxy(frontend.handle, backend.handle, nil)
        let code = zmq_errno()
        if code == ETERM { return }
        if code != EINTR { throw ZMQError(code: code, operation: "forward messages") }
    }
}
