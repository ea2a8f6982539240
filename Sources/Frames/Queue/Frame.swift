public import Images
public import Platform
import Tensors

/// What is kept of an image besides its pixels, from the moment it is taken in to its verdict.
///
/// It refers to nothing, so that handing it from thread to thread counts no references.
public struct Frame: Sendable, BitwiseCopyable {
    /// The place of who sent it among the sources, see `Batch.source(_:)`.
    public var source: Int
    /// The sender's number, or ours where the sender gives none.
    public var sequence: UInt64
    /// Position within a message of several images, and how many those are.
    public var index = 0
    /// See `index`.
    public var images = 1
    /// When its message was taken from the socket.
    public var received: UnixTime
    /// How its pixels were stored.
    public var type: ElementType
    /// The size of the picture it was encoded as, where that was JPEG or PNG.
    public var decoded: ImageShape?
    /// Frames of this source that were dropped here and that no verdict before this one reports.
    public var droppedBefore: UInt64 = 0
    /// Whether its sender waits for a copy of its verdict, see `Batch.reply(_:)`.
    var awaitsReply = false
    /// Lengths of the header's texts kept for the verdict; 0 where there was none.
    var echo = EchoLengths()

    struct EchoLengths: Sendable, BitwiseCopyable {
        var message = 0
        var id = 0
        var timestamp = 0
        var shape = 0

        var count: Int { message + id + timestamp + shape }
    }
}

/// Room for frames, one a row: their pixels, what is kept besides, and texts of their headers.
///
/// All memory is allocated at initialisation.
///
/// `@unchecked Sendable` because each row belongs to one thread at a time: a queue's lock says which.
public final class FrameRows: @unchecked Sendable {
    /// Their pixels.
    let images: ImageBatch
    private let frames: Buffer2D<Frame>
    private let echoes: Buffer2D<UInt8>

    /// Bytes kept per frame for `msg`, `id`, `ts` and `shape` together; what does not fit, or is not
    /// JSON to the letter, is dropped and reads null in the verdict.
    static let echoLimit = 512

    init(capacity: Int, pixels: Int) {
        images = ImageBatch(rows: capacity, columns: pixels)
        frames = Buffer2D(rows: capacity, columns: 1)
        echoes = Buffer2D(rows: capacity, columns: Self.echoLimit)
    }

    /// The frame in `row`, which somebody has put there.
    subscript(row: Int) -> Frame {
        get { frames[row, 0] }
        set { frames[row, 0] = newValue }
    }

    /// Puts a frame into a row whose pixels are there already, with texts of its header.
    func put(_ frame: Frame, echoing header: FrameHeader, of text: Span<UInt8>, row: Int) {
        var (frame, end) = (frame, 0)
        func keep(_ range: Range<Int>?) -> Int {
            guard let range, end + range.count <= Self.echoLimit, text.isStrictJSON(range) else {
                return 0
            }
            for index in range {
                // Between tokens a line may break; a verdict is one line.
                echoes[row, end] = text[index] < 0x20 ? 0x20 : text[index]
                end += 1
            }
            return range.count
        }
        frame.echo.shape = keep(header.shape)
        frame.echo.timestamp = keep(header.timestamp)
        frame.echo.id = keep(header.id)
        frame.echo.message = keep(header.message)
        frames[row, 0] = frame
    }

    /// Copies a row of `other`, with everything that belongs to it.
    func copy(_ otherRow: Int, of other: FrameRows, to row: Int) {
        images.copy(otherRow, of: other.images, to: row)
        let frame = other[otherRow]
        frames[row, 0] = frame
        echoes.copy(otherRow, of: other.echoes, to: row, count: frame.echo.count)
    }

    /// The texts of the frame in `row`; `echoes(_:)` says where in them which is.
    public func withEchoBytes<Result>(_ row: Int, _ body: (Span<UInt8>) -> Result) -> Result {
        echoes.withRow(row, body)
    }

    /// Where the texts of the frame in `row` are.
    public func echoes(_ row: Int) -> Echoes {
        let lengths = self[row].echo
        let timestamp = lengths.shape
        let id = timestamp + lengths.timestamp
        let message = id + lengths.id
        return Echoes(
            shape: 0..<timestamp, timestamp: timestamp..<id, id: id..<message,
            message: message..<(message + lengths.message))
    }
}

/// Where the texts that a verdict repeats are.
public struct Echoes {
    /// Where the `shape` of its header is.
    public let shape: Range<Int>
    /// Where the `ts` of its header is.
    public let timestamp: Range<Int>
    /// Where the `id` of its header is.
    public let id: Range<Int>
    /// Where the `msg` of its header is.
    public let message: Range<Int>
}
