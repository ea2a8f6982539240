public import Platform
public import Tensors

/// Frames that are scored together, and all that their verdicts need.
///
/// It cannot be copied, so the thread that holds it is the only one to touch its rows.
public struct Batch: ~Copyable, Sendable {
    private let rows: FrameRows
    /// Rows of a queue that it may fetch.
    private(set) var claims: [Claim] = []
    private var fetched = 0
    private var origin: FrameRows?
    private var replies: [ReplyAddress?]
    /// All sources there are, by their places.
    public private(set) var sources: [Source] = []
    /// The number of frames.
    public private(set) var count = 0

    /// A row of a queue's that it holds a lease on.
    struct Claim: BitwiseCopyable {
        let row: RowIndex
        /// See `Frame.droppedBefore`; told here, as the row is no longer the queue's to write to.
        let droppedBefore: UInt64
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
    public var isFull: Bool { !canClaim }

    /// Forgets all frames.
    public mutating func removeAll() {
        for row in 0..<count where rows[row].awaitsReply { replies[row] = nil }
        count = 0
    }

    /// Takes in the `image`-th image of `message`; there must be room.
    ///
    /// Throws `notFinite` or `outOfRange`; the batch is then unchanged.
    public mutating func append(
        _ image: Int, of message: FrameDecoder.Message, header: Span<UInt8>, payload: Span<UInt8>,
        received: UnixTime
    ) throws(Rejection) {
        precondition(!isFull, "the batch is full")
        let decoded = try message.decode(
            image, of: payload, header: header, intoRow: count, of: rows.images)
        let source = message.source.index.value
        while sources.count <= source { sources.append(message.source) }
        // Another decoder may have given the place to somebody else, while the batch was empty.
        sources[source] = message.source
        rows.put(
            message.frame(image, received: received, decoded: decoded), echoing: message.header,
            of: header,
            row: count)
        count += 1
    }

    /// Takes note of who there is.
    mutating func know(_ sources: [Source]) { self.sources = sources }

    /// Whether there is room for another claim.
    var canClaim: Bool { count + claims.count - fetched < capacity }

    /// Takes over the lease on a row of a queue's; there must be room.
    mutating func claim(_ claim: Claim, of queue: FrameRows, reply: ReplyAddress?) {
        if origin == nil { origin = queue }
        if let reply { replies[count + claims.count - fetched] = reply }
        claims.append(claim)
    }

    /// Copies the frames it has claimed; their rows belong to it until they are released.
    public mutating func fetch() {
        guard let origin else { return }
        while fetched < claims.count {
            rows.copy(claims[fetched].row, of: origin, to: count)
            rows[count].droppedBefore = claims[fetched].droppedBefore
            (count, fetched) = (count + 1, fetched + 1)
        }
    }

    mutating func forgetClaims() {
        claims.removeAll(keepingCapacity: true)
        (origin, fetched) = (nil, 0)
    }

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
