/// How often one kind of thing that strangers cause may be written to the log.
///
/// A value that is told when it happens: it lets `burst` be told in each `window`, and counts those
/// that are not.
struct LogLimit {
    private var start: ContinuousClock.Instant?
    private var told = 0
    private var unsaid = 0

    /// Lines that are written in a window.
    static let burst = 5
    /// As long as an operator who follows the log waits for the next ones.
    static let window = Duration.seconds(10)

    /// Whether to write about what happens now: how many were passed over since the last that was
    /// written, or nil for not at all.
    mutating func note(at now: ContinuousClock.Instant) -> Int? {
        if start.map({ now - $0 >= Self.window }) ?? true { (start, told) = (now, 0) }
        guard told < Self.burst else {
            unsaid += 1
            return nil
        }
        told += 1
        defer { unsaid = 0 }
        return unsaid
    }
}
