internal import CZeroMQ
internal import Glibc

/// Lets any thread end another one's wait in a `Poller`; an `eventfd`, so that signals given before
/// the wait count too and any number of them are one.
///
/// `Sendable` because the descriptor never changes and the kernel takes calls from any thread.
public final class WakeUp: Sendable {
    let descriptor: Int32

    /// Not signalled; throws when the process is out of descriptors.
    public init() throws(ZMQError) {
        descriptor = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        if descriptor < 0 { throw ZMQError(code: errno, operation: "make a wake-up") }
    }

    deinit { _ = close(descriptor) }

    /// Ends the current or the next wait.
    public func signal() { _ = eventfd_write(descriptor, 1) }

    /// Takes the signals back, once they have been seen.
    public func clear() {
        var count: eventfd_t = 0
        _ = unsafe eventfd_read(descriptor, &count)
    }
}
