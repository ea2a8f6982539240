import Glibc

/// Cuts a wait of the main thread short at a precise moment, for polling counts whole milliseconds.
///
/// The process's interval timer sends SIGALRM, which ends a poll early and does nothing else. Linux
/// delivers it to the main thread, which therefore has to be the one that waits.
struct Alarm: ~Copyable {
    private var isSet = false

    init() {
        _ = signal(SIGALRM) { _ in }
    }

    deinit { Self.set(microseconds: 0) }

    /// Ends the wait that is about to begin, in so many nanoseconds or a little later.
    mutating func ring(inNanoseconds nanoseconds: UInt64) {
        Self.set(microseconds: Int(nanoseconds / 1000) + 1)
        isSet = true
    }

    /// Ends no wait until asked again.
    mutating func silence() {
        if isSet { Self.set(microseconds: 0) }
        isSet = false
    }

    private static func set(microseconds: Int) {
        var timer = itimerval()
        timer.it_value.tv_sec = microseconds / 1_000_000
        timer.it_value.tv_usec = microseconds % 1_000_000
        _ = unsafe setitimer(__itimer_which_t(ITIMER_REAL.rawValue), &timer, nil)
    }
}
