import Tensors

/// Memory for the frames of a batch, one a row: their pixels, what is kept besides, and texts of their
/// headers.
///
/// `@unchecked Sendable` because only the batch that made it has it, and a batch cannot be copied: one
/// thread at a time holds the batch and touches its rows.
final class FrameRows: @unchecked Sendable {
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

    /// The texts of the frame in `row`; `echoes(_:)` says where in them which is.
    func withEchoBytes<Result>(_ row: Int, _ body: (Span<UInt8>) -> Result) -> Result {
        echoes.withRow(row, body)
    }

    /// Where the texts of the frame in `row` are.
    func echoes(_ row: Int) -> Echoes {
        let lengths = self[row].echo
        let timestamp = lengths.shape
        let id = timestamp + lengths.timestamp
        let message = id + lengths.id
        return Echoes(
            shape: 0..<timestamp, timestamp: timestamp..<id, id: id..<message,
            message: message..<(message + lengths.message))
    }
}
