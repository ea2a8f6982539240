internal import CSyscalls
import Glibc

/// Counts signals, and lets threads wait for them; from any thread.
///
/// A time to wait is measured by the clock that nobody sets: a `DispatchSemaphore` on Linux waits by the
/// wall clock, and sleeps on for as long as that is set back.
/// `@unchecked Sendable` because the pointer is set once, and what it points to is only ever handed to
/// POSIX's functions, which any thread may call; it is freed in `deinit`, when nobody can wait any more.
@safe public final class Semaphore: @unchecked Sendable {
    // Must keep its address, which a stored property of a class does not promise.
    private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    /// Not signalled yet.
    public init() { unsafe sem_init(semaphore, 0, 0) }

    deinit {
        unsafe sem_destroy(semaphore)
        unsafe semaphore.deallocate()
    }

    /// Ends one wait, a present or a future one.
    public func signal() { unsafe sem_post(semaphore) }

    /// Waits for a signal.
    public func wait() { while unsafe sem_wait(semaphore) != 0 {} }

    /// Waits for a signal, but not longer than `duration`; whether there was one.
    public func wait(for duration: Duration) -> Bool {
        let (seconds, attoseconds) = duration.components
        // Three hundred years are for ever, and fit.
        let bounded = max(0, min(seconds, 9_000_000_000))
        return unsafe elbod_semaphore_wait(
            semaphore, bounded * 1_000_000_000 + (seconds < 0 ? 0 : attoseconds / 1_000_000_000))
    }
}
