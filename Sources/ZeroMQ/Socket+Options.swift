internal import CZeroMQ

// There is deliberately no heartbeat option: in libzmq 4.3.4 `ZMQ_HEARTBEAT_IVL` on a connecting
// SUB or PULL whose queue fills aborts the whole process (libzmq issues 3937 and 4767). TCP
// keepalive finds dead peers, and a receiver that expects messages notices that they stopped.

extension Socket {
    /// How long unsent messages outlive the socket; -1 = for ever, 0 (default here) = not at all.
    public borrowing func setLinger(milliseconds: Int) throws(ZMQError) {
        try set(ZMQ_LINGER, to: milliseconds, as: "set the linger milliseconds to")
    }

    /// Whole messages queued per peer before a send blocks, 0 = no limit; before bind or connect.
    public borrowing func setSendHighWater(_ messages: Int) throws(ZMQError) {
        try set(ZMQ_SNDHWM, to: messages, as: "set the send high-water mark to")
    }

    /// Whole messages queued per peer before it must wait, 0 = no limit; before bind or connect.
    public borrowing func setReceiveHighWater(_ messages: Int) throws(ZMQError) {
        try set(ZMQ_RCVHWM, to: messages, as: "set the receive high-water mark to")
    }

    /// The largest part a peer may send before it is disconnected; -1 = no limit.
    ///
    /// Each part is measured by itself, so a message of endless parts passes: cap those as well.
    public borrowing func setMaximumMessageBytes(_ bytes: Int) throws(ZMQError) {
        try set(ZMQ_MAXMSGSIZE, Int64(bytes), bytes, "set the maximum message bytes to")
    }

    /// Queues only for peers that are connected, rather than for endpoints that may never answer.
    public borrowing func setImmediate(_ isImmediate: Bool) throws(ZMQError) {
        try set(ZMQ_IMMEDIATE, to: isImmediate ? 1 : 0, as: "set immediate to")
    }

    /// Makes a `router` refuse what it cannot deliver, instead of silently dropping it: "would block" where
    /// the peer does not read, "no peer of that identity" where it has gone.
    public borrowing func setRouterMandatory(_ isMandatory: Bool) throws(ZMQError) {
        try set(ZMQ_ROUTER_MANDATORY, to: isMandatory ? 1 : 0, as: "set router mandatory to")
    }

    /// Makes a full `pub` or `xpub` answer "would block" instead of silently dropping the newest.
    ///
    /// Then one slow subscriber holds back all of them; it lets drops be counted, not avoided.
    public borrowing func setNoDrop(_ isNoDrop: Bool) throws(ZMQError) {
        try set(ZMQ_XPUB_NODROP, to: isNoDrop ? 1 : 0, as: "set no-drop to")
    }

    /// Has an `xpub` receive every subscription, rather than the first of each prefix only.
    public borrowing func setVerboseSubscriptions(_ isVerbose: Bool) throws(ZMQError) {
        try set(ZMQ_XPUB_VERBOSE, to: isVerbose ? 1 : 0, as: "set verbose subscriptions to")
    }

    /// Probes silent TCP peers: first after `idle` seconds, then every `interval`, `count` times.
    public borrowing func setTCPKeepalive(
        idle: Int, interval: Int, count: Int
    ) throws(ZMQError) {
        try set(ZMQ_TCP_KEEPALIVE, to: 1, as: "set TCP keepalive to")
        try set(ZMQ_TCP_KEEPALIVE_IDLE, to: idle, as: "set the TCP keepalive idle seconds to")
        try set(ZMQ_TCP_KEEPALIVE_INTVL, to: interval, as: "set the TCP keepalive interval to")
        try set(ZMQ_TCP_KEEPALIVE_CNT, to: count, as: "set the TCP keepalive count to")
    }

    /// How long a connecting peer may take to introduce itself; libzmq's default is 30,000.
    public borrowing func setHandshakeInterval(milliseconds: Int) throws(ZMQError) {
        try set(ZMQ_HANDSHAKE_IVL, to: milliseconds, as: "set the handshake milliseconds to")
    }

    /// Milliseconds until a lost peer is tried again, doubling up to `maximum`; 0 = no doubling.
    public borrowing func setReconnect(interval: Int, maximum: Int) throws(ZMQError) {
        try set(ZMQ_RECONNECT_IVL, to: interval, as: "set the reconnect milliseconds to")
        try set(ZMQ_RECONNECT_IVL_MAX, to: maximum, as: "set the longest reconnect milliseconds to")
    }

    /// How long a blocking send waits before it answers "would block"; -1 (default) = for ever.
    public borrowing func setSendTimeout(milliseconds: Int) throws(ZMQError) {
        try set(ZMQ_SNDTIMEO, to: milliseconds, as: "set the send timeout milliseconds to")
    }

    /// How long a blocking receive waits before it answers "would block"; -1 (default) = for ever.
    public borrowing func setReceiveTimeout(milliseconds: Int) throws(ZMQError) {
        try set(ZMQ_RCVTIMEO, to: milliseconds, as: "set the receive timeout milliseconds to")
    }

    /// Lets a `sub` receive messages whose first part starts with `prefix`; "" is all of them.
    public borrowing func subscribe(_ prefix: String) throws(ZMQError) {
        try set(ZMQ_SUBSCRIBE, to: prefix, as: "subscribe to", naming: "\"\(prefix)\"")
    }

    /// Takes back one `subscribe` of the same prefix; an unknown prefix is ignored.
    public borrowing func unsubscribe(_ prefix: String) throws(ZMQError) {
        try set(ZMQ_UNSUBSCRIBE, to: prefix, as: "unsubscribe from", naming: "\"\(prefix)\"")
    }
}

extension Socket {
    /// Sets an option that libzmq reads as a C `int`; what does not fit one throws EINVAL.
    borrowing func set(
        _ option: Int32, to value: Int, as operation: String
    ) throws(ZMQError) {
        guard let number = Int32(exactly: value) else {
            throw ZMQError(code: EINVAL, operation: operation, subject: String(value))
        }
        try set(option, number, value, operation)
    }

    /// Sets an option of text, and names it in an error only as `subject`, for it may be a secret.
    borrowing func set(
        _ option: Int32, to text: String, as operation: String,
        naming subject: @autoclosure () -> String
    ) throws(ZMQError) {
        var text = text
        let code = text.withUTF8 {
            unsafe errorCode(zmq_setsockopt(handle, option, $0.baseAddress, $0.count))
        }
        if code != 0 { throw ZMQError(code: code, operation: operation, subject: subject()) }
    }

    private borrowing func set<Number: BitwiseCopyable>(
        _ option: Int32, _ number: Number, _ value: Int, _ operation: String
    ) throws(ZMQError) {
        let code = unsafe withUnsafeBytes(of: number) {
            unsafe errorCode(zmq_setsockopt(handle, option, $0.baseAddress, $0.count))
        }
        if code != 0 {
            throw ZMQError(code: code, operation: operation, subject: String(value))
        }
    }
}
