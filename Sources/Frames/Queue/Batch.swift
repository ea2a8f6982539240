public import Platform
public import Tensors

/// Frames that are scored together, and all that their verdicts need.
///
/// It cannot be copied, so the thread that holds it is the only one to touch its rows.
public struct Batch: ~Copyable, Sendable {
    private let rows: FrameRows
    /// Images of a queue's that it may decode.
    private(set) var claims: [Claim] = []
    private var fetched = 0
    /// Bytes of the pictures among its claims.
    private var pictureBytes = 0
    private var replies: [ReplyAddress?]
    /// All sources there are, by their places.
    public private(set) var sources: [Source] = []
    /// The number of frames.
    public private(set) var count = 0
    /// What it has fetched and could not decode.
    private(set) var undecodable: [Undecodable] = []

    /// Pictures take their time, and whoever waits for a batch's verdicts waits for all of it: a batch
    /// takes no more of them once it has so many bytes.
    static let pictureLimit = 4 << 20

    /// An image of a message that a queue has leased to it.
    struct Claim {
        let message: QueuedMessage
        let image: Int
        /// See `Frame.droppedBefore`.
        let droppedBefore: UInt64
    }

    /// An image that is no frame.
    struct Undecodable {
        let source: SourceIndex
        /// Who sent it, and why it is none.
        let message: RejectedMessage?
        let reason: Rejection
        /// Drops that the verdict on it would have reported.
        let droppedBefore: UInt64

        init(_ claim: Claim, _ reason: Rejection) {
            let queued = claim.message
            self.reason = reason
            source = queued.images.frame.source
            droppedBefore = claim.droppedBefore
            message = queued.source.map { source in
                RejectedMessage(
                    reason: reason, source: source, sequence: queued.images.sentSequence,
                    received: queued.images.frame.received, reply: queued.reply)
            }
        }
    }

    /// Room for `capacity` frames of `pixels` pixels.
    public init(capacity: Int, pixels: Int) {
        precondition(capacity > 0, "a batch holds at least one frame")
        rows = FrameRows(capacity: capacity, pixels: pixels)
        replies = Array(repeating: nil, count: capacity)
        claims.reserveCapacity(capacity)
    }

    /// Pixels; rows below `count` are filled.
    public var images: ImageBatch { _read { yield rows.images } }

    /// Calls `body` with the pixels, and allocates nothing, as `images` does for its coroutine.
    public func withImages<Result>(_ body: (borrowing ImageBatch) -> Result) -> Result {
        body(rows.images)
    }

    /// The most frames it can hold.
    public var capacity: Int { rows.images.rows }
    /// Whether there is no room for another frame.
    public var isFull: Bool { count + claims.count - fetched >= capacity }

    /// Forgets all frames.
    public mutating func removeAll() {
        for row in 0..<count where rows[row].awaitsReply { replies[row] = nil }
        count = 0
        undecodable.removeAll(keepingCapacity: true)
    }

    /// Takes in the `image`-th image of `message`; there must be room.
    ///
    /// Throws why it cannot be decoded; the batch is then unchanged.
    public mutating func append(
        _ image: Int, of message: FrameDecoder.Message, header: Span<UInt8>, payload: Span<UInt8>,
        received: UnixTime
    ) throws(Rejection) {
        precondition(!isFull, "the batch is full")
        let picture = try message.decode(
            image, of: payload, header: header, intoRow: count, of: rows.images)
        put(
            message.frame(image, received: received, picture: picture), message.header,
            of: header, droppedBefore: 0, reply: nil)
        let source = message.source.index.value
        while sources.count <= source { sources.append(message.source) }
        // Another decoder may have given the place to somebody else, while the batch was empty.
        sources[source] = message.source
    }

    /// Puts a frame into the next row, whose pixels are there already.
    private mutating func put(
        _ frame: Frame, _ header: FrameHeader, of text: Span<UInt8>, droppedBefore: UInt64,
        reply: ReplyAddress?
    ) {
        var frame = frame
        frame.droppedBefore = droppedBefore
        if let reply {
            frame.awaitsReply = true
            replies[count] = reply
        }
        rows.put(frame, echoing: header, of: text, row: count)
        count += 1
    }

    // MARK: For a queue

    /// Takes note of who there is.
    mutating func know(_ sources: [Source]) { self.sources = sources }

    /// Whether there is room and time for another claim.
    var canClaim: Bool { !isFull && pictureBytes < Self.pictureLimit }

    /// Takes over the lease on an image of a queue's; there must be room.
    mutating func claim(_ claim: Claim) {
        pictureBytes += claim.message.images.pictureBytes
        claims.append(claim)
    }

    /// Decodes the images it has claimed, outside any lock; see `appendRejections(to:)` for the rest.
    public mutating func fetch() { fetch(isLast: true) }

    /// The same; unless it `isLast`, others will decode the same images.
    mutating func fetch(isLast: Bool) {
        while fetched < claims.count {
            let claim = claims[fetched]
            fetched += 1
            decode(claim)
            if isLast { claim.message.finish(1) }
        }
    }

    private mutating func decode(_ claim: Claim) {
        let queued = claim.message
        queued.bytes?.withParts { header, payload in
            do throws(Rejection) {
                let frame = try decode(claim.image, of: queued, header: header, payload: payload)
                put(
                    frame, queued.images.header, of: header, droppedBefore: claim.droppedBefore,
                    reply: queued.reply)
            } catch {
                undecodable.append(Undecodable(claim, error))
            }
        }
    }

    private func decode(
        _ image: Int, of queued: QueuedMessage, header: Span<UInt8>, payload: Span<UInt8>
    ) throws(Rejection) -> Frame {
        guard !queued.images.isPlain, let message = queued.message else {
            return try queued.images.decode(image, of: payload, intoRow: count, of: rows)
        }
        let picture = try message.decode(
            image, of: payload, header: header, intoRow: count, of: rows.images)
        return message.frame(
            image, received: queued.images.frame.received, picture: picture)
    }

    /// Adds what it has fetched and could not decode to `rejections`, to be published.
    public func appendRejections(to rejections: inout [RejectedMessage]) {
        for image in undecodable { if let message = image.message { rejections.append(message) } }
    }

    mutating func forgetClaims() {
        claims.removeAll(keepingCapacity: true)
        (fetched, pictureBytes) = (0, 0)
    }

    // MARK: For verdicts

    /// The frame in `row`.
    public func frame(_ row: Int) -> Frame { rows[row] }

    /// Who sent the frame in `row`.
    public func source(_ row: Int) -> Source { sources[rows[row].source] }

    /// Where a copy of the verdict on the frame in `row` goes, if its sender waits for one.
    public func reply(_ row: Int) -> ReplyAddress? { rows[row].awaitsReply ? replies[row] : nil }

    /// Where the texts of the frame in `row` are among its echo bytes.
    public func echoes(_ row: Int) -> Echoes { rows.echoes(row) }

    /// The texts of the frame in `row`'s header that its verdict repeats.
    public func withEchoBytes<Result>(_ row: Int, _ body: (Span<UInt8>) -> Result) -> Result {
        rows.withEchoBytes(row, body)
    }
}
