internal import CZeroMQ

extension Socket {
    /// Receives the next part into `message`; false when it would block, or the timeout passed.
    ///
    /// What the message held before is gone either way. A signal does not interrupt a blocking
    /// receive, but starts its timeout again; wait in a `Poller` to see signals.
    public borrowing func receive(
        into message: inout Message, blocking: Bool = true
    ) throws(ZMQError) -> Bool {
        let flags = blocking ? 0 : ZMQ_DONTWAIT
        return try transfer("receive") { unsafe zmq_msg_recv(message.frame, handle, flags) }
    }

    /// Sends a copy of the bytes as one part; false when it would block, or the timeout passed.
    ///
    /// `more` says that further parts follow; peers see a message's parts together or not at all.
    public borrowing func send(
        _ bytes: Span<UInt8>, more: Bool = false, blocking: Bool = true
    ) throws(ZMQError) -> Bool {
        try unsafe send(bytes.bytes, more: more, blocking: blocking)
    }

    /// Sends a copy of raw memory, as the method above does.
    ///
    /// Strict memory safety calls `span.bytes` unsafe, for padding can be read through it.
    public borrowing func send(
        _ bytes: RawSpan, more: Bool = false, blocking: Bool = true
    ) throws(ZMQError) -> Bool {
        let flags = sendFlags(more, blocking)
        return try transfer("send") {
            unsafe bytes.withUnsafeBytes {
                unsafe zmq_send(handle, $0.baseAddress, $0.count, flags)
            }
        }
    }

    /// Sends a string's UTF-8 as one part; false when it would block, or the timeout passed.
    public borrowing func send(
        _ string: String, more: Bool = false, blocking: Bool = true
    ) throws(ZMQError) -> Bool {
        try send(string.utf8.span, more: more, blocking: blocking)
    }

    /// Hands a received part on without copying it; true leaves `message` empty, false as it was.
    public borrowing func send(
        _ message: inout Message, more: Bool = false, blocking: Bool = true
    ) throws(ZMQError) -> Bool {
        let flags = sendFlags(more, blocking)
        return try transfer("send") { unsafe zmq_msg_send(message.frame, handle, flags) }
    }

    @inline(__always)
    private borrowing func sendFlags(_ more: Bool, _ blocking: Bool) -> Int32 {
        (more ? ZMQ_SNDMORE : 0) | (blocking ? 0 : ZMQ_DONTWAIT)
    }

    /// Repeats a call that a signal interrupted, and makes "would block" a value.
    @inline(__always)
    private borrowing func transfer(
        _ operation: String, _ call: () -> Int32
    ) throws(ZMQError) -> Bool {
        while true {
            switch errorCode(call()) {
            case 0: return true
            case EINTR: continue
            case EAGAIN: return false
            case let code: throw ZMQError(code: code, operation: operation)
            }
        }
    }
}
