public import Platform

/// Frames that wait to be scored, each in the queue of its source, in one bounded room; and the
/// ledger of every source.
///
/// Sources take turns at being scored, and when the room is full it is the longest queue that loses
/// its oldest frame, so a source that floods pushes out its own frames and nobody else's (Suter et
/// al., "Longest Queue Drop", 1998). Frames whose senders wait for us are never dropped: they are
/// kept out until there is room. It has no clock and no locks: threads that share it take turns, but
/// for the pixels they need not, which are decoded into a row between `reserve` and `commit` and
/// copied out of it between `claim` and `release`. All memory for frames is allocated at
/// initialisation.
public struct FrameQueue: ~Copyable, Sendable {
    /// What may happen to a frame when there is no room.
    public enum WhenFull: Int, Sendable {
        /// The oldest of the longest queue gives way; for publishers, which do not wait for us.
        case dropOldest
        /// Nothing: it may only be added while `hasRoom(for:)`.
        case block
    }

    /// The most that can wait.
    public let capacity: Int
    private var store: FrameStore
    private var order: FrameOrder
    private var accounts = SourceLedgers()
    /// Room that only droppable frames may use, so that senders which wait cannot shut out others.
    private let closedRoom: Int
    /// Rows reserved for frames that must not be dropped: their room is spoken for.
    private var promised = 0

    /// How many frames beside those that wait may be on their way in and out at once.
    public struct InTransit: Sendable {
        /// Reserved and not yet committed.
        public var reserved: Int
        /// Claimed and not yet released.
        public var claimed: Int

        /// So many of each.
        public init(reserved: Int = 1, claimed: Int) {
            (self.reserved, self.claimed) = (reserved, claimed)
        }
    }

    /// Room for `capacity` frames of `pixels` pixels, and those in transit.
    ///
    /// If it `isShared`, a quarter of the room is closed to frames that must not be dropped.
    public init(capacity: Int, pixels: Int, isShared: Bool = false, inTransit: InTransit) {
        precondition(capacity > 0, "a queue holds at least one frame")
        self.capacity = capacity
        closedRoom = isShared && capacity > 1 ? max(1, capacity / 4) : 0
        store = FrameStore(
            capacity: capacity, pixels: pixels,
            limits: .init(reserved: inTransit.reserved, claimed: inTransit.claimed))
        order = FrameOrder(
            rows: capacity + inTransit.reserved + inTransit.claimed, capacity: capacity)
    }

    /// Frames waiting.
    public var count: Int { order.count }
    /// The sources seen, in the order in which they were first seen.
    public var sources: [Source] { accounts.sources }
    /// One ledger per source.
    public var ledgers: [FrameLedger] { accounts.ledgers }
    /// What became of the frames of sources whose places others have now.
    public var forgotten: FrameLedger { accounts.forgotten }
    /// The sum of all ledgers, of forgotten sources too.
    public var total: FrameLedger { accounts.total }

    /// Whether a frame may be added under this policy.
    public func hasRoom(for policy: WhenFull) -> Bool {
        policy == .dropOldest || count + promised < capacity - closedRoom
    }

    // MARK: Coming in

    /// Sets aside a row for an image, to be decoded into and committed.
    ///
    /// Nothing is booked yet; nil if there is no room for one that must not be dropped.
    public mutating func reserve(_ arrival: Arrival) -> Reservation? {
        // Even if it must wait: sources that are met meanwhile have places after its own.
        enter(arrival.source)
        guard hasRoom(for: arrival.whenFull) else { return nil }
        if arrival.whenFull == .block { promised += 1 }
        return Reservation(store.reserve(), of: store.rows, for: arrival)
    }

    /// What happened to an image that was committed.
    public enum Outcome: Sendable, Equatable {
        /// It waits, or has given way at once where frames that must not be dropped hold all the room.
        case waiting
        /// It cannot be scored.
        case rejected(Rejection)
    }

    /// Books an image that was decoded, and has it wait if it can be scored.
    ///
    /// If the room is full the oldest frame of the longest queue gives way now, and not when the row
    /// was reserved, so that an image that turns out to be bad pushes nobody out.
    public mutating func commit(_ reservation: consuming Reservation) -> Outcome {
        let (row, arrival) = (reservation.row, reservation.arrival)
        let source = arrival.source.index
        if arrival.whenFull == .block { promised -= 1 }
        accounts.noteArrival(of: source, at: arrival.received, number: reservation.number)
        switch reservation.content {
        case .nothing: preconditionFailure("an image was committed that nobody decoded")
        case .rejected(let reason):
            store.giveBack(row)
            accounts[source].rejections[reason, default: 0] += 1
            return .rejected(reason)
        case .frame: break
        }
        guard count < capacity || dropOldestOfLongest() else {
            // Frames that must not be dropped hold all the room there is; they leave some to their
            // own kind, so this is none of them.
            store.giveBack(row)
            accounts.noteDrop(of: source)
            return .waiting
        }
        store.commit(row, reply: arrival.reply)
        order.append(row, to: FrameOrder.Lane(source: source, whenFull: arrival.whenFull))
        accounts[source].waiting += 1
        return .waiting
    }

    /// Takes note of a message that somebody else scores: its number has arrived.
    public mutating func pass(_ message: FrameDecoder.Message, received: UnixTime) {
        enter(message.source)
        accounts.noteMessage(
            of: message.source.index, at: received, number: message.sentSequence)
    }

    /// Counts a message of `source` that cannot be scored.
    public mutating func reject(
        _ reason: Rejection, from source: Source, sequence: UInt64?, received: UnixTime
    ) {
        enter(source)
        accounts.noteArrival(of: source.index, at: received, number: sequence)
        accounts[source.index].rejections[reason, default: 0] += 1
    }

    private mutating func enter(_ source: Source) {
        if accounts.enter(source) { order.addSource() }
    }

    /// Makes room, if there is a frame that may be dropped.
    private mutating func dropOldestOfLongest() -> Bool {
        guard let dropped = order.removeOldestOfLongest() else { return false }
        store.drop(dropped.row)
        accounts[dropped.source].waiting -= 1
        accounts.noteDrop(of: dropped.source)
        return true
    }

    // MARK: Going out

    /// Gives `batch` waiting frames until it is full, one from each source in turn, without moving
    /// them: it can `fetch` them while others use the queue, and their rows are free again after
    /// `release`.
    public mutating func claim(for batch: inout Batch) {
        let before = batch.claims.count
        Self.claim(for: &batch, from: &order, of: store, in: &accounts)
        store.noteClaims(batch.claims.count - before)
    }

    /// Copies into `batch` what `claim` would give it, and leaves everything as it is; for looking at
    /// a queue, not for scoring.
    package func peek(into batch: inout Batch) {
        var (order, accounts) = (order, accounts)
        Self.claim(for: &batch, from: &order, of: store, in: &accounts)
        batch.fetch()
        batch.forgetClaims()
    }

    private static func claim(
        for batch: inout Batch, from order: inout FrameOrder, of store: borrowing FrameStore,
        in accounts: inout SourceLedgers
    ) {
        batch.know(accounts.sources)
        while batch.canClaim, let (row, source) = order.removeNext() {
            let dropped = accounts.noteClaim(of: source)
            batch.claim(
                Batch.Claim(row: row, droppedBefore: dropped), of: store.rows,
                reply: store.reply(row))
        }
    }

    /// Takes back the rows of what `batch` has claimed and fetched.
    public mutating func release(_ batch: inout Batch) {
        for claim in batch.claims { store.release(claim.row) }
        batch.forgetClaims()
    }

    /// What scoring made of a frame.
    public enum Verdict: Sendable { case normal, anomalous, notFinite }

    /// Books the verdicts on the frames of `batch`, one each.
    public mutating func settle(_ batch: borrowing Batch, _ verdicts: [Verdict]) {
        for row in 0..<batch.count {
            let source = batch.frame(row).source
            accounts[source].scoring -= 1
            switch verdicts[row] {
            case .normal: accounts[source].normal += 1
            case .anomalous: accounts[source].anomalous += 1
            case .notFinite: accounts[source].rejections[.scoreNotFinite, default: 0] += 1
            }
        }
    }
}
