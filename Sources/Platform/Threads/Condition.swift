import Glibc

/// Lets threads wait until another one says that something has changed; owned by those that use it.
///
/// Between `lock` and `unlock` one thread at a time, as with POSIX's condition variables.
/// `@unchecked Sendable` because both pointers are set once, and what they point to is only ever handed to
/// POSIX's functions, which any thread may call; it is freed in `deinit`, when nobody can wait any more.
@safe public final class Condition: @unchecked Sendable {
    // Both must keep their address, which a stored property of a class does not promise.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    /// A condition that nobody waits for.
    public init() {
        var attributes = pthread_condattr_t()
        unsafe pthread_condattr_init(&attributes)
        // Of the clocks it can wait by, the one that nobody sets.
        unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        unsafe pthread_mutex_init(mutex, nil)
        unsafe pthread_cond_init(condition, &attributes)
        unsafe pthread_condattr_destroy(&attributes)
    }

    deinit {
        unsafe pthread_cond_destroy(condition)
        unsafe pthread_mutex_destroy(mutex)
        unsafe condition.deallocate()
        unsafe mutex.deallocate()
    }

    /// Waits for its turn between `lock` and `unlock`.
    public func lock() { unsafe pthread_mutex_lock(mutex) }

    /// Ends what `lock` began.
    public func unlock() { unsafe pthread_mutex_unlock(mutex) }

    /// Wakes all that wait.
    public func broadcast() { unsafe pthread_cond_broadcast(condition) }

    /// Waits, unlocked meanwhile, until a `broadcast`, or for no reason at all.
    public func wait() { unsafe pthread_cond_wait(condition, mutex) }

    /// The same, but not longer than until `deadline`; whether it was before that.
    public func wait(until deadline: Deadline) -> Bool {
        var time = deadline.time
        return unsafe pthread_cond_timedwait(condition, mutex, &time) != ETIMEDOUT
    }

    /// A moment to wait until.
    public struct Deadline: Sendable {
        fileprivate var time = timespec()

        /// So many seconds from now.
        public init(seconds: Double) {
            unsafe clock_gettime(CLOCK_MONOTONIC, &time)
            let nanoseconds = Int(max(0, min(seconds, 1e9)) * 1e9) + time.tv_nsec
            time.tv_sec += nanoseconds / 1_000_000_000
            time.tv_nsec = nanoseconds % 1_000_000_000
        }
    }
}
