public import Tensors
public import VAE

/// Frames that are scored together, and all that their verdicts need.
///
/// It belongs to whoever holds it.
public struct Batch: Sendable {
    var rows: FrameRows
    /// The number of frames.
    public private(set) var count = 0

    /// Room for `capacity` frames of `pixels` pixels.
    public init(capacity: Int, pixels: Int) {
        precondition(capacity > 0, "a batch holds at least one frame")
        rows = FrameRows(capacity: capacity, pixels: pixels)
    }

    /// Pixels; rows below `count` are filled.
    public var images: PixelRows { rows.images }
    /// The most frames it can hold.
    public var capacity: Int { rows.images.rows }
    /// Whether there is no room for another frame.
    public var isFull: Bool { count == capacity }

    /// Forgets all frames.
    public mutating func removeAll() {
        for row in 0..<count { rows.clear(row) }
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
        rows.put(
            message.frame(image, received: received), echoing: message.header, of: header,
            row: count)
        count += 1
    }

    /// Takes in the frame in `row` of `other`; there must be room.
    mutating func append(_ row: Int, of other: borrowing FrameRows) {
        rows.copy(row, of: other, to: count)
        count += 1
    }

    /// Scores all frames; their scores are then the engine's first `count`.
    public func score(with engine: ScoringEngine) { engine.score(images, count: count) }

    /// The frame in `row`.
    public func frame(_ row: Int) -> Frame { rows[row] }
}
