import Images
public import Platform

/// What a queue is told of an image before its pixels are looked at.
public struct Arrival: Sendable {
    /// Who sent it.
    public var source: Source
    /// When its message was taken from the socket.
    public var received: UnixTime
    /// What may happen to it where there is no room.
    public var whenFull: FrameQueue.WhenFull
    /// Where a copy of its verdict goes, if its sender waits for one.
    public var reply: ReplyAddress?

    /// An image of `source`.
    public init(
        of source: Source, received: UnixTime, whenFull: FrameQueue.WhenFull,
        reply: ReplyAddress? = nil
    ) {
        (self.source, self.received) = (source, received)
        (self.whenFull, self.reply) = (whenFull, reply)
    }
}

/// A row of a queue that its holder fills, without the queue's lock, before it commits it.
///
/// The mirror of what a batch does with its claims: `FrameQueue.reserve` under the lock, `decode`
/// outside it, `FrameQueue.commit` under it again. One that is not committed keeps its row for good.
public struct Reservation: ~Copyable, Sendable {
    /// The image it is for.
    public let arrival: Arrival
    let row: RowIndex
    private let rows: FrameRows
    private(set) var content = Content.nothing
    /// The number its sender gave the message, if this is the message's first image.
    private(set) var number: UInt64?

    /// What is in the row.
    enum Content: Sendable {
        case nothing, frame
        case rejected(Rejection)
    }

    init(_ row: RowIndex, of rows: FrameRows, for arrival: Arrival) {
        (self.row, self.rows, self.arrival) = (row, rows, arrival)
    }

    /// Writes the `image`-th image of a message of the source that the row is reserved for into it;
    /// what is wrong with the image is told at the commit.
    public mutating func decode(
        _ image: Int, of message: FrameDecoder.Message, header: Span<UInt8>, payload: Span<UInt8>
    ) {
        precondition(message.source === arrival.source, "the row is another source's")
        if image == 0 { number = message.sentSequence }
        let decoded: ImageShape?
        do throws(Rejection) {
            decoded = try message.decode(
                image, of: payload, header: header, intoRow: row.value, of: rows.images)
        } catch {
            content = .rejected(error)
            return
        }
        var frame = message.frame(image, received: arrival.received, decoded: decoded)
        frame.awaitsReply = arrival.reply != nil
        rows.put(frame, echoing: message.header, of: header, row: row.value)
        content = .frame
    }
}
