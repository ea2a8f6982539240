public import Platform

/// Frames that wait to be scored, each in the queue of its source, in one bounded room; and the
/// ledger of every source.
///
/// Sources take turns at being scored, and when the room is full it is the longest queue that loses
/// its oldest frame, so a source that floods pushes out its own frames and nobody else's (Suter et
/// al., "Longest Queue Drop", 1998). Frames whose senders wait for us are never dropped: they are
/// kept out until there is room. It has no clock and no locks; all memory for frames is allocated at
/// initialisation, and a copy of the queue shares it, so only one of them is to be used on.
public struct FrameQueue: Sendable {
    /// What may happen to a frame when there is no room.
    public enum WhenFull: Int, Sendable {
        /// The oldest of the longest queue gives way; for publishers, which do not wait for us.
        case dropOldest
        /// Nothing: it may only be added while `hasRoom(for:)`.
        case block
    }

    /// The sources seen, in the order in which they were first seen.
    public private(set) var sources: [Source] = []
    /// One ledger per source.
    public private(set) var ledgers: [FrameLedger] = []
    /// Frames waiting.
    public private(set) var count = 0
    /// The most that can wait.
    public let capacity: Int

    private let rows: FrameRows
    /// Of those rows whose senders wait for the verdict.
    private var replies: [ReplyAddress?]
    private var free: [Int32]
    private var next: [Int32]
    /// Two lanes a source, one for each policy.
    private var lanes: [Lane] = []
    private var longest: LongestFirst
    /// Lanes with frames, each once, in the order of their turns; a ring.
    private var turns: [Int32] = []
    private var (firstTurn, turnCount) = (0, 0)
    /// Frames that may be claimed at once beside those that wait, and how many are.
    private let claimLimit: Int
    private var claimed = 0
    /// Room that only droppable frames may use, so that senders which wait cannot shut out others.
    private let reserve: Int

    private struct Lane: Sendable {
        var head: Int32 = -1
        var tail: Int32 = -1
        var count = 0
        /// Whether it is in `turns`; it stays there when its last frame is dropped.
        var hasTurn = false
    }

    /// Room for `capacity` frames of `pixels` pixels, beside `claims` frames that are claimed and not
    /// yet released.
    ///
    /// If it `isShared`, a quarter of the room is closed to frames that must not be dropped.
    public init(capacity: Int, pixels: Int, isShared: Bool = false, claims: Int = 0) {
        precondition(capacity > 0, "a queue holds at least one frame")
        self.capacity = capacity
        reserve = isShared && capacity > 1 ? max(1, capacity / 4) : 0
        claimLimit = claims
        // One row more, so that a frame can be decoded before another has to give way.
        let count = capacity + 1 + claims
        rows = FrameRows(capacity: count, pixels: pixels)
        replies = Array(repeating: nil, count: count)
        free = (0..<Int32(count)).reversed()
        next = Array(repeating: -1, count: count)
        longest = LongestFirst(capacity: capacity)
    }

    /// Whether a frame may be added under this policy.
    public func hasRoom(for policy: WhenFull) -> Bool {
        policy == .dropOldest || count < capacity - reserve
    }

    /// What happened to a frame that was added.
    public enum Outcome: Sendable, Equatable {
        /// It waits.
        case waiting
        /// It cannot be scored.
        case rejected(Rejection)
    }

    /// Takes in the `image`-th image of a message, or says why it cannot be scored.
    public mutating func add(
        _ image: Int, of message: FrameDecoder.Message, header: Span<UInt8>, payload: Span<UInt8>,
        received: UnixTime, policy: WhenFull, reply: ReplyAddress? = nil
    ) -> Outcome {
        precondition(hasRoom(for: policy), "there is no room for a frame that must not be dropped")
        let source = message.source.index
        enter(message.source)
        ledgers[source].received += 1
        ledgers[source].lastReceived = received
        if image == 0, let number = message.sentSequence {
            ledgers[source].sequenceTracker.note(number)
        }
        let row = Int(free[free.count - 1])
        do throws(Rejection) {
            try message.decode(image, of: payload, intoRow: row, of: rows.images)
        } catch {
            ledgers[source].rejections[error, default: 0] += 1
            return .rejected(error)
        }
        guard count < capacity || dropOldestOfLongest() else {
            // Frames that must not be dropped hold all the room there is.
            drop(source)
            return .waiting
        }
        free.removeLast()
        var frame = message.frame(image, received: received)
        if let reply { (frame.awaitsReply, replies[row]) = (true, reply) }
        rows.put(frame, echoing: message.header, of: header, row: row)
        push(row, lane: 2 * source + policy.rawValue)
        ledgers[source].waiting += 1
        return .waiting
    }

    /// Takes note of a message that somebody else scores: its number has arrived.
    public mutating func pass(_ message: FrameDecoder.Message, received: UnixTime) {
        enter(message.source)
        ledgers[message.source.index].lastReceived = received
        if let number = message.sentSequence {
            ledgers[message.source.index].sequenceTracker.note(number)
        }
    }

    /// Counts a message of `source` that cannot be scored.
    public mutating func reject(
        _ reason: Rejection, from source: Source, sequence: UInt64?, received: UnixTime
    ) {
        enter(source)
        ledgers[source.index].received += 1
        ledgers[source.index].lastReceived = received
        ledgers[source.index].rejections[reason, default: 0] += 1
        if let sequence { ledgers[source.index].sequenceTracker.note(sequence) }
    }

    /// Moves waiting frames into `batch` until it is full, one from each source in turn.
    public mutating func take(into batch: inout Batch) {
        move(to: &batch)
        batch.fetch()
        release(&batch)
    }

    /// Gives `batch` the frames that `take` would, without moving them: it can `fetch` them while
    /// others use the queue, and their rows are free again after `release`.
    public mutating func claim(for batch: inout Batch) {
        move(to: &batch)
        precondition(claimed <= claimLimit, "more frames are claimed than there is room for")
    }

    private mutating func move(to batch: inout Batch) {
        batch.know(sources)
        while count > 0, batch.canClaim {
            let lane = Int(turns[firstTurn])
            firstTurn = (firstTurn + 1) % turns.count
            turnCount -= 1
            lanes[lane].hasTurn = false
            guard lanes[lane].count > 0 else { continue }
            let row = pop(lane)
            if lanes[lane].count > 0 { takeTurn(lane) }
            let source = lane / 2
            ledgers[source].waiting -= 1
            ledgers[source].scoring += 1
            if ledgers[source].unreported > 0 {
                rows[row].droppedBefore = ledgers[source].unreported
                ledgers[source].unreported = 0
            }
            batch.claim(row, of: rows, reply: takeReply(row))
            claimed += 1
        }
    }

    /// Takes back the rows of what `batch` has claimed and fetched.
    public mutating func release(_ batch: inout Batch) {
        free += batch.claims
        claimed -= batch.claims.count
        batch.forgetClaims()
    }

    private mutating func takeReply(_ row: Int) -> ReplyAddress? {
        guard rows[row].awaitsReply else { return nil }
        defer { replies[row] = nil }
        return replies[row]
    }

    /// What scoring made of a frame.
    public enum Verdict: Sendable { case normal, anomalous, notFinite }

    /// Books the verdicts on the frames of `batch`, one each.
    public mutating func settle(_ batch: Batch, _ verdicts: [Verdict]) {
        for row in 0..<batch.count {
            let source = batch.frame(row).source
            ledgers[source].scoring -= 1
            switch verdicts[row] {
            case .normal: ledgers[source].normal += 1
            case .anomalous: ledgers[source].anomalous += 1
            case .notFinite: ledgers[source].rejections[.scoreNotFinite, default: 0] += 1
            }
        }
    }

    /// The sum of all accounts.
    public var total: FrameLedger {
        ledgers.reduce(into: FrameLedger()) { $0.add($1) }
    }

    /// Takes note of a source when its first message has been read, whatever becomes of that.
    ///
    /// Places are given in this order, so each source is the next one or known already.
    public mutating func enter(_ source: Source) {
        while ledgers.count <= source.index {
            sources.append(source)
            ledgers.append(FrameLedger())
            lanes += [Lane(), Lane()]
            growTurns()
        }
    }

    /// Makes room, if there is a frame that may be dropped.
    private mutating func dropOldestOfLongest() -> Bool {
        guard let lane = longest.longest else { return false }
        let row = pop(lane)
        replies[row] = nil
        // Below the row that has just been decoded into, which is taken next.
        free.insert(Int32(row), at: free.count - 1)
        ledgers[lane / 2].waiting -= 1
        drop(lane / 2)
        return true
    }

    private mutating func drop(_ source: Int) {
        ledgers[source].dropped += 1
        ledgers[source].unreported += 1
    }

    private mutating func push(_ row: Int, lane: Int) {
        next[row] = -1
        if lanes[lane].count == 0 {
            lanes[lane].head = Int32(row)
            takeTurn(lane)
        } else {
            next[Int(lanes[lane].tail)] = Int32(row)
        }
        lanes[lane].tail = Int32(row)
        change(lane, by: 1)
    }

    private mutating func pop(_ lane: Int) -> Int {
        let row = Int(lanes[lane].head)
        lanes[lane].head = next[row]
        change(lane, by: -1)
        return row
    }

    private mutating func change(_ lane: Int, by amount: Int) {
        count += amount
        lanes[lane].count += amount
        if lane % 2 == WhenFull.dropOldest.rawValue { longest.set(lane, length: lanes[lane].count) }
    }

    /// Puts a lane behind all that have their turn before it, unless it is among them.
    private mutating func takeTurn(_ lane: Int) {
        guard !lanes[lane].hasTurn else { return }
        lanes[lane].hasTurn = true
        turns[(firstTurn + turnCount) % turns.count] = Int32(lane)
        turnCount += 1
    }

    private mutating func growTurns() {
        var grown = (0..<turnCount).map { turns[(firstTurn + $0) % turns.count] }
        grown += Array(repeating: 0, count: lanes.count - grown.count)
        (turns, firstTurn) = (grown, 0)
    }
}
