/// When freed memory is given back to the system, and when memory is reported that no connection explains.
///
/// A value that is told, once a look, whether the memory is over its budget and whether connections were cut
/// for it.
struct Patience {
    /// Looks in a row that found too much memory and no connection to blame.
    private var unexplained = 0
    /// How many of these are borne; more each time that it was reported.
    private var patience = Patience.first
    /// Looks until what cut connections held is given back to the system.
    private var untilTrimming = 0

    /// Looks after which memory that no connection explains is reported: a second of them.
    static let first = 200
    /// Patience grows to this: a minute.
    static let greatest = 60 * first

    /// Whether to report after a look.
    mutating func mustReport(isOver: Bool, hasCulprits: Bool) -> Bool {
        guard isOver, !hasCulprits else {
            unexplained = 0
            if !isOver { patience = Self.first }
            return false
        }
        unexplained += 1
        // Before anything is said: perhaps the allocator only keeps what is free.
        if unexplained == patience / 2 { untilTrimming = 1 }
        guard unexplained >= patience else { return false }
        unexplained = 0
        patience = min(2 * patience, Self.greatest)
        return true
    }

    /// Whether it is time to give freed memory back; once a look.
    mutating func isTrimming(hasCulprits: Bool) -> Bool {
        if hasCulprits { untilTrimming = ConnectionWatch.recovery }
        untilTrimming = max(-1, untilTrimming - 1)
        return untilTrimming == 0
    }
}
