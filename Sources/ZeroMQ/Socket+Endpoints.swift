internal import CZeroMQ

extension Socket {
    /// Accepts peers at `tcp://host:port`, `ipc:///path` or `inproc://name`; port `*` picks one.
    ///
    /// An `ipc://` path in use is taken over without an error: lock a file beside it first.
    public borrowing func bind(_ endpoint: String) throws(ZMQError) {
        try checkPort(of: endpoint, orAny: true, as: "bind")
        try unsafe apply(zmq_bind, to: endpoint, as: "bind")
    }

    /// Starts connecting in the background and returns; a peer that is not there yet is no error.
    public borrowing func connect(_ endpoint: String) throws(ZMQError) {
        try checkPort(of: endpoint, orAny: false, as: "connect to")
        try unsafe apply(zmq_connect, to: endpoint, as: "connect to")
    }

    /// Stops accepting at an endpoint, which must be spelled as `lastEndpoint()` spells it.
    public borrowing func unbind(_ endpoint: String) throws(ZMQError) {
        try unsafe apply(zmq_unbind, to: endpoint, as: "unbind")
    }

    /// Drops the connection to an endpoint and the messages queued for it.
    public borrowing func disconnect(_ endpoint: String) throws(ZMQError) {
        try unsafe apply(zmq_disconnect, to: endpoint, as: "disconnect from")
    }

    /// The endpoint last bound or connected, with the port that `*` became; "" before the first.
    public borrowing func lastEndpoint() throws(ZMQError) -> String {
        // TCP and IPC endpoints stay below 300 bytes; a longer inproc name throws EINVAL.
        let capacity = 1024
        var code: Int32 = 0
        let endpoint = unsafe withUnsafeTemporaryAllocation(byteCount: capacity, alignment: 1) {
            buffer in
            var count = capacity
            code = unsafe errorCode(
                zmq_getsockopt(handle, ZMQ_LAST_ENDPOINT, buffer.baseAddress, &count))
            // libzmq counts the terminating zero.
            return unsafe String(
                decoding: buffer.prefix(code == 0 ? max(count - 1, 0) : 0), as: UTF8.self)
        }
        if code != 0 { throw ZMQError(code: code, operation: "read the endpoint of a socket") }
        return endpoint
    }

    // libzmq reads a port with atoi and keeps 16 bits: 99999 would silently bind 34463, 55x5 55.
    private borrowing func checkPort(
        of endpoint: String, orAny: Bool, as operation: String
    ) throws(ZMQError) {
        guard endpoint.hasPrefix("tcp://"), let colon = endpoint.lastIndex(of: ":") else { return }
        let port = endpoint[endpoint.index(after: colon)...]
        if orAny && (port == "*" || port == "0") { return }
        if let number = UInt16(port), number > 0, port.first != "+" { return }
        throw ZMQError(code: EINVAL, operation: operation, subject: endpoint)
    }

    // Reads errno before the string's C copy is freed. A signal can only interrupt libzmq while it
    // looks at its mailbox, before it does anything, so the call is simply made again.
    private borrowing func apply(
        _ function: (UnsafeMutableRawPointer?, UnsafePointer<CChar>?) -> Int32,
        to endpoint: String, as operation: String
    ) throws(ZMQError) {
        var code: Int32 = 0
        repeat {
            code = unsafe endpoint.withCString { unsafe errorCode(function(handle, $0)) }
        } while code == EINTR
        if code != 0 { throw ZMQError(code: code, operation: operation, subject: endpoint) }
    }
}
