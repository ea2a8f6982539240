import Files
import Tensors

/// What is kept of an image besides its pixels, from the moment it is taken in to its verdict.
public struct Frame: Sendable {
    /// Who sent it.
    public var source: Source
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
    var decoded: PictureExtent?
    /// Frames of this source that were dropped here and that no verdict before this one reports.
    public var droppedBefore: UInt64 = 0
    /// Where a copy of its verdict goes, if its sender waits for one.
    public var reply: Reply?
    /// Lengths of the header's texts kept for the verdict; 0 where there was none.
    var echo = EchoLengths()

    struct EchoLengths: Sendable {
        var message = 0
        var id = 0
        var timestamp = 0
        var shape = 0
    }

    /// A frame of nobody, for rows that hold none.
    static let none = Frame(
        source: Source("", index: 0), sequence: 0, received: UnixTime(nanoseconds: 0),
        type: ElementType(.uint8))
}

/// Room for frames, one a row: their pixels, what is kept besides, and texts of their headers.
///
/// All memory is allocated at initialisation.
struct FrameRows: Sendable {
    /// Their pixels.
    let images: PixelRows
    private var frames: [Frame]
    private var echoes: [UInt8]

    /// Bytes kept per frame for `msg`, `id`, `ts` and `shape` together; what does not fit, or is not
    /// JSON to the letter, is dropped and reads null in the verdict.
    static let echoLimit = 512

    init(capacity: Int, pixels: Int) {
        images = PixelRows(rows: capacity, columns: pixels)
        frames = Array(repeating: .none, count: capacity)
        echoes = Array(repeating: 0, count: capacity * Self.echoLimit)
    }

    subscript(row: Int) -> Frame {
        get { frames[row] }
        _modify { yield &frames[row] }
    }

    /// Puts a frame into a row whose pixels are there already, with texts of its header.
    mutating func put(_ frame: Frame, echoing header: FrameHeader, of text: Span<UInt8>, row: Int) {
        frames[row] = frame
        var end = row * Self.echoLimit
        let limit = end + Self.echoLimit
        func keep(_ range: Range<Int>?) -> Int {
            guard let range, end + range.count <= limit, text.isStrictJSON(range) else { return 0 }
            for index in range {
                // Between tokens a line may break; a verdict is one line.
                echoes[end] = text[index] < 0x20 ? 0x20 : text[index]
                end += 1
            }
            return range.count
        }
        frames[row].echo.shape = keep(header.shape)
        frames[row].echo.timestamp = keep(header.timestamp)
        frames[row].echo.id = keep(header.id)
        frames[row].echo.message = keep(header.message)
    }

    /// Copies a row of `other`, with everything that belongs to it.
    mutating func copy(_ otherRow: Int, of other: borrowing FrameRows, to row: Int) {
        images.copy(otherRow, of: other.images, to: row)
        frames[row] = other.frames[otherRow]
        let echo = frames[row].echo
        let (from, to) = (otherRow * Self.echoLimit, row * Self.echoLimit)
        for index in 0..<(echo.shape + echo.timestamp + echo.id + echo.message) {
            echoes[to + index] = other.echoes[from + index]
        }
    }

    /// Lets go of what the frame in `row` refers to.
    mutating func clear(_ row: Int) { frames[row].reply = nil }

    /// Where in `echoBytes` the texts of the frame in `row` are.
    func echoes(_ row: Int) -> Echoes {
        let lengths = frames[row].echo
        let shape = row * Self.echoLimit
        let timestamp = shape + lengths.shape
        let id = timestamp + lengths.timestamp
        let message = id + lengths.id
        return Echoes(
            shape: shape..<timestamp, timestamp: timestamp..<id, id: id..<message,
            message: message..<(message + lengths.message))
    }

    /// The bytes that `echoes(_:)` points into.
    var echoBytes: Span<UInt8> { @_lifetime(borrow self) get { echoes.span } }
}

/// Where the texts that a verdict repeats are.
struct Echoes {
    let shape: Range<Int>
    let timestamp: Range<Int>
    let id: Range<Int>
    let message: Range<Int>
}
