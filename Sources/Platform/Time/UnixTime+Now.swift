import FoundationEssentials

extension UnixTime {
    /// The time of the system's clock.
    public static var now: UnixTime {
        UnixTime(nanoseconds: Int64(Date().timeIntervalSince1970 * 1e6) * 1000)
    }
}
