internal import CZeroMQ

extension Socket {
    /// Accepts peers at `tcp://host:port`, `ipc:///path` or `inproc://name`; port `*` picks one.
    ///
    /// The host is an address of this machine, the name of an interface, `localhost` or `*`. An `ipc://` path in use is taken over without an error: lock a file beside it first.
    public borrowing func bind(_ endpoint: String) throws(ZMQError) {
        let address = try tcpAddress(endpoint, as: "bind")
        try unsafe apply(zmq_bind, to: address?.bindable ?? endpoint, as: "bind")
    }

    /// Starts connecting in the background and returns; a peer that is not there yet is no error.
    ///
    /// A name is looked up whenever it is tried, as one with an IPv4 address.
    public borrowing func connect(_ endpoint: String) throws(ZMQError) {
        let address = try tcpAddress(endpoint, as: "connect to")
        if address?.port == 0 {
            throw ZMQError(code: EINVAL, operation: "connect to", subject: endpoint)
        }
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

    // Checks what libzmq does not, and lets the socket speak IPv6 where the address does: with that
    // on, `*` and names would mean something else than without.
    private borrowing func tcpAddress(
        _ endpoint: String, as operation: String
    ) throws(ZMQError) -> TCPAddress? {
        guard endpoint.hasPrefix("tcp://") else { return nil }
        guard let address = try? TCPAddress(endpoint) else {
            throw ZMQError(code: EINVAL, operation: operation, subject: endpoint)
        }
        try set(ZMQ_IPV6, to: address.isIPv6 ? 1 : 0, as: "set IPv6 to")
        return address
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
