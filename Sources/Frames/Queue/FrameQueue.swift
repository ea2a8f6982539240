public import Platform

/// Messages whose images wait to be scored, each in the queue of its source, in one bounded room; and
/// the ledger of every source.
///
/// Sources take turns at being scored, and when the room is full it is the longest queue that loses
/// its oldest message, so a source that floods pushes out its own images and nobody else's (Suter et
/// al., "Longest Queue Drop", 1998). Images whose senders wait for us are never dropped: they are
/// kept out until there is room. Messages wait as they came and are decoded by those who score them,
/// so that what gives way has cost nothing but its header. It has no clock and no locks: threads that
/// share it take turns, but need not for decoding, which happens between `claim` and `release`.
public struct FrameQueue: ~Copyable, Sendable {
    /// What may happen to an image when there is no room.
    public enum WhenFull: Int, Sendable {
        /// The oldest message of the longest queue gives way; for publishers, which do not wait for us.
        case dropOldest
        /// Nothing: it may only be added while `hasRoom(for:)`.
        case block
    }

    /// The most that can wait.
    public let limits: QueueLimits
    /// Images that have given way to others.
    public private(set) var dropped = 0
    private var order: FrameOrder
    private var accounts = SourceLedgers()
    private var messages = MessageStore()
    /// Room that only droppable images may use, so that senders which wait cannot shut out others.
    private let closedRoom: Int

    /// Room for what `limits` says.
    ///
    /// If it `isShared`, a quarter of the room is closed to images that must not be dropped.
    public init(limits: QueueLimits, isShared: Bool = false) {
        self.limits = limits
        closedRoom = isShared && limits.images > 1 ? max(1, limits.images / 4) : 0
        order = FrameOrder(capacity: limits.images)
    }

    /// Images waiting.
    public var count: Int { order.count }
    /// Bytes of the messages that wait, as far as units of room tell.
    public var waitingBytes: Int { order.room * limits.unit }
    /// The sources seen, in the order in which they were first seen.
    public var sources: [Source] { accounts.sources }
    /// One ledger per source.
    public var ledgers: [FrameLedger] { accounts.ledgers }
    /// What became of the frames of sources whose places others have now.
    public var forgotten: FrameLedger { accounts.forgotten }
    /// The sum of all ledgers, of forgotten sources too.
    public var total: FrameLedger { accounts.total }

    /// Whether a message may be added under this policy.
    ///
    /// One that must wait for room is let in whole as soon as there is any, large or small: a large one
    /// would never be if smaller ones were let in before it. So one message may be beyond the limit.
    public func hasRoom(for policy: WhenFull) -> Bool {
        policy == .dropOldest || order.room < limits.images - closedRoom
    }

    // MARK: Coming in

    /// What became of a message that was added.
    public enum Admission: Sendable, Equatable {
        /// Its images wait, or have given way at once.
        case admitted
        /// There is no room for it yet; no image was booked.
        case mustWait
    }

    /// Books the images of a message and has them wait, undecoded.
    ///
    /// What gives way for them is dropped now. Bytes of what is dropped are discarded.
    public mutating func add(
        _ message: FrameDecoder.Message, _ arrival: Arrival, bytes: any MessageBytes
    ) -> Admission {
        // Places are given in the order in which sources are met, those that must wait among them.
        enter(message.source)
        guard hasRoom(for: arrival.whenFull) else { return .mustWait }
        let source = message.source.index
        accounts.noteArrival(
            of: source, images: message.images, at: arrival.received, number: message.sentSequence)
        let room = limits.room(images: message.images, bytes: message.size)
        let surplus =
            arrival.whenFull == .block ? 0 : max(0, message.images - limits.images)
        if arrival.whenFull == .dropOldest {
            guard makeRoom(room) else {
                noteDrop(of: source, images: message.images)
                bytes.discard()
                messages.spare(bytes)
                return .admitted
            }
        }
        let place = messages.hold(message, arrival, bytes: bytes)
        if surplus > 0 {
            // The oldest of a message of more images than may wait give way to its newest.
            noteDrop(of: source, images: surplus)
            messages.drop(place, images: surplus)
        }
        let waiting = surplus..<message.images
        order.append(
            place, images: waiting, room: room,
            to: FrameOrder.Lane(source: source, whenFull: arrival.whenFull))
        accounts[source].waiting += waiting.count
        return .admitted
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
        accounts.noteArrival(of: source.index, images: 1, at: received, number: sequence)
        accounts[source.index].rejections[reason, default: 0] += 1
    }

    private mutating func enter(_ source: Source) {
        if accounts.enter(source) { order.addSource() }
    }

    private mutating func noteDrop(of source: SourceIndex, images: Int) {
        dropped += images
        accounts.noteDrop(of: source, images: images)
    }

    /// Has messages give way until there is so much room, or none is left that may; whether the new one
    /// can come in.
    private mutating func makeRoom(_ room: Int) -> Bool {
        while order.room + room > limits.images {
            guard let dropped = order.removeOldestOfLongest() else {
                // Images that must not be dropped take all the room, one message of theirs perhaps more
                // than that. Where a part of it is closed to them the newest image still gets in.
                return order.room < limits.images || closedRoom > 0
            }
            accounts[dropped.source].waiting -= dropped.images
            noteDrop(of: dropped.source, images: dropped.images)
            messages.drop(dropped.message, images: dropped.images)
        }
        return true
    }

    /// What the bytes of an earlier message were in, discarded, for the next one to be received into.
    public mutating func takeSpare() -> (any MessageBytes)? { messages.takeSpare() }

    // MARK: Going out

    /// Gives `batch` waiting images until it is full, one from each source in turn, without decoding
    /// them: it can `fetch` them while others use the queue, until `release`.
    public mutating func claim(for batch: inout Batch) {
        Self.claim(for: &batch, from: &order, of: messages, in: &accounts)
    }

    /// Decodes into `batch` what `claim` would give it, and leaves everything as it is; for looking at
    /// a queue, not for scoring.
    package func peek(into batch: inout Batch) {
        var (order, accounts) = (order, accounts)
        Self.claim(for: &batch, from: &order, of: messages, in: &accounts)
        batch.fetch(isLast: false)
        batch.forgetClaims()
    }

    private static func claim(
        for batch: inout Batch, from order: inout FrameOrder, of messages: borrowing MessageStore,
        in accounts: inout SourceLedgers
    ) {
        batch.know(accounts.sources)
        while batch.canClaim, let turn = order.removeNext() {
            let dropped = accounts.noteClaim(of: turn.source)
            batch.claim(
                Batch.Claim(
                    message: messages[turn.message], image: turn.image, droppedBefore: dropped))
        }
    }

    /// Takes back the places of what `batch` has claimed and fetched.
    public mutating func release(_ batch: inout Batch) {
        for claim in batch.claims { messages.release(claim.message.place, images: 1) }
        batch.forgetClaims()
    }

    /// What scoring made of an image.
    public enum Verdict: Sendable, Equatable {
        case normal, anomalous
        case faulty(FrameFault)
        case notFinite
    }

    /// Books the verdicts on the frames of `batch`, one each, and what could not be decoded.
    public mutating func settle(_ batch: borrowing Batch, _ verdicts: [Verdict]) {
        for row in 0..<batch.count {
            let source = batch.frame(row).source
            accounts[source].scoring -= 1
            switch verdicts[row] {
            case .normal: accounts[source].normal += 1
            case .anomalous: accounts[source].anomalous += 1
            case .faulty(let fault):
                accounts[source].anomalous += 1
                accounts[source].faults[fault, default: 0] += 1
            case .notFinite: accounts[source].rejections[.scoreNotFinite, default: 0] += 1
            }
        }
        for failure in batch.undecodable {
            let source = failure.source
            accounts[source].scoring -= 1
            accounts[source].rejections[failure.reason, default: 0] += 1
            accounts[source].unreported += failure.droppedBefore
        }
    }
}
