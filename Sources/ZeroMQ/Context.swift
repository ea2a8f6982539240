internal import CZeroMQ

/// The I/O threads and the `inproc://` namespace that sockets share; usually one per process.
///
/// `@unchecked Sendable` because libzmq documents a context as thread-safe, `handle` never changes,
/// and the only call that ends the handle's life, `zmq_ctx_term`, runs in `deinit`, which no other
/// use can overlap: every socket holds its context, so the last one is closed before.
@safe public final class Context: @unchecked Sendable {
    /// The `zmq_ctx` this object owns, valid until `deinit`.
    let handle: UnsafeMutableRawPointer

    /// Makes a context whose I/O threads start with its first socket; one moves about 1 GB/s.
    public init(ioThreads: Int = 1) throws(ZMQError) {
        guard let handle = unsafe zmq_ctx_new() else {
            throw ZMQError(code: zmq_errno(), operation: "create a context")
        }
        unsafe self.handle = handle
        let count = Int32(exactly: ioThreads) ?? -1
        if unsafe zmq_ctx_set(handle, ZMQ_IO_THREADS, count) == -1 {
            throw ZMQError(
                code: zmq_errno(), operation: "set the number of I/O threads to",
                subject: String(ioThreads))
        }
    }

    /// The emergency brake, from any thread: blocked calls of every socket throw `isTerminated`.
    ///
    /// Soon rather than at once: calls that need not block may still succeed for about a
    /// millisecond, and what is queued may be lost. A graceful stop is a flag the loop looks at.
    public func shutdown() {
        // It can fail only on a handle that is no context.
        _ = unsafe zmq_ctx_shutdown(handle)
    }

    // Waits at most for the longest linger of the sockets closed before.
    deinit {
        while unsafe zmq_ctx_term(handle) == -1 && zmq_errno() == EINTR {}
    }
}

/// The version of the libzmq this process runs with, such as "4.3.4".
public var libraryVersion: String {
    var major: Int32 = 0
    var minor: Int32 = 0
    var patch: Int32 = 0
    unsafe zmq_version(&major, &minor, &patch)
    return "\(major).\(minor).\(patch)"
}

/// Whether that libzmq was built with a capability, such as "curve" or "ipc".
public func libraryHas(_ capability: String) -> Bool { unsafe zmq_has(capability) == 1 }
