public import Platform
public import Tensors

/// Frames that are scored together, and all that their verdicts need.
///
/// It belongs to whoever holds it.
public struct Batch: Sendable {
    /// The frames, one a row.
    public let rows: FrameRows
    /// Rows of a queue that it may fetch.
    private(set) var claims: [Int32] = []
    private var fetched = 0
    private var origin: FrameRows?
    private var replies: [ReplyAddress?]
    /// All sources there are, by their places.
    public private(set) var sources: [Source] = []
    /// The number of frames.
    public private(set) var count = 0

    /// Room for `capacity` frames of `pixels` pixels.
    public init(capacity: Int, pixels: Int) {
        precondition(capacity > 0, "a batch holds at least one frame")
        rows = FrameRows(capacity: capacity, pixels: pixels)
        replies = Array(repeating: nil, count: capacity)
        claims.reserveCapacity(capacity)
    }

    /// Pixels; rows below `count` are filled.
    public var images: ImageBatch { _read { yield rows.images } }
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
        try message.decode(image, of: payload, intoRow: count, of: images)
        while sources.count <= message.source.index { sources.append(message.source) }
        // Another decoder may have given the place to somebody else, while the batch was empty.
        sources[message.source.index] = message.source
        rows.put(
            message.frame(image, received: received), echoing: message.header, of: header,
            row: count)
        count += 1
    }

    /// Takes note of who there is; sources are only ever added.
    mutating func know(_ sources: [Source]) {
        if sources.count != self.sources.count { self.sources = sources }
    }

    /// Whether there is room for another claim.
    var canClaim: Bool { count + claims.count - fetched < capacity }

    /// Promises it the frame in `row` of a queue's; there must be room.
    mutating func claim(_ row: Int, of queue: FrameRows, reply: ReplyAddress?) {
        if origin == nil { origin = queue }
        if let reply { replies[count + claims.count - fetched] = reply }
        claims.append(Int32(row))
    }

    /// Copies the frames it has claimed; their rows belong to it until they are released.
    public mutating func fetch() {
        guard let origin else { return }
        while fetched < claims.count {
            rows.copy(Int(claims[fetched]), of: origin, to: count)
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
}
