import Glibc

extension UnixTime {
    /// The time of the system's clock, in whole microseconds.
    public static var now: UnixTime {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        // Whoever sets the clock to the year 2262 gets a time that is as late as possible, and no crash.
        let (nanoseconds, overflow) = Int64(time.tv_sec).multipliedReportingOverflow(
            by: 1_000_000_000)
        let limit = Int64.max - 1_000_000_000
        return UnixTime(
            nanoseconds: overflow
                ? limit : min(nanoseconds, limit) + Int64(time.tv_nsec) / 1000 * 1000)
    }
}
