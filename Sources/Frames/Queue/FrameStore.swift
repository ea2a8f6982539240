/// The rows that a queue's frames lie in, and who holds a lease on how many: waiting frames,
/// reservations and claims.
///
/// Part of a `FrameQueue` and guarded as that is; `FrameRows` says why rows can be filled and read
/// outside its lock.
struct FrameStore: ~Copyable {
    /// The memory, which reservations and batches share as long as they hold a row of it.
    let rows: FrameRows
    /// Of rows whose senders wait for the verdict, where it goes.
    private var replies: [ReplyAddress?]
    /// Rows without a lease; the last one given back is the next one given out, while it is in the
    /// caches.
    private var free: [RowIndex]
    private let limits: Leases
    private var leases = Leases(reserved: 0, claimed: 0)

    /// Rows that may be held, or are, besides those of waiting frames.
    struct Leases {
        /// By those who fill them.
        var reserved: Int
        /// By batches, until they have released them.
        var claimed: Int
    }

    /// Room for `capacity` waiting frames of `pixels` pixels beside as many rows as `limits` says.
    init(capacity: Int, pixels: Int, limits: Leases) {
        let count = capacity + limits.reserved + limits.claimed
        self.limits = limits
        rows = FrameRows(capacity: count, pixels: pixels)
        replies = Array(repeating: nil, count: count)
        free = (0..<count).reversed().map { RowIndex($0) }
    }

    /// Leases a row to somebody who fills it.
    mutating func reserve() -> RowIndex {
        leases.reserved += 1
        precondition(
            leases.reserved <= limits.reserved, "more frames are reserved than there is room for")
        return free.removeLast()
    }

    /// Takes a reserved row over for a frame that waits.
    mutating func commit(_ row: RowIndex, reply: ReplyAddress?) {
        leases.reserved -= 1
        if let reply { replies[row.value] = reply }
    }

    /// Takes back a reserved row in which nothing is.
    mutating func giveBack(_ row: RowIndex) {
        leases.reserved -= 1
        free.append(row)
    }

    /// Takes back the row of a frame that waited and is dropped.
    mutating func drop(_ row: RowIndex) {
        replies[row.value] = nil
        free.append(row)
    }

    /// Notes that the rows of waiting frames are now a batch's.
    mutating func noteClaims(_ count: Int) {
        leases.claimed += count
        precondition(
            leases.claimed <= limits.claimed, "more frames are claimed than there is room for")
    }

    /// Takes back a row from a batch.
    mutating func release(_ row: RowIndex) {
        leases.claimed -= 1
        if replies[row.value] != nil { replies[row.value] = nil }
        free.append(row)
    }

    /// Where the verdict on the frame in `row` goes, if its sender waits for it.
    func reply(_ row: RowIndex) -> ReplyAddress? { replies[row.value] }
}
