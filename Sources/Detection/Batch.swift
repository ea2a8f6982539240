public import Tensors
public import VAE

/// Frames that arrived together: their pixels as a matrix, and what their verdicts will repeat.
///
/// All memory is allocated at initialisation. When it is full, adding either is refused or takes the
/// place of the oldest frame, so a batch is also the queue between receiving and scoring. It belongs
/// to whoever holds it.
public struct Batch: Sendable {
    /// Pixels in [0, 1], `(capacity, pixels)`; rows below `count` are filled, in no special order.
    public let images: Matrix
    /// The number of frames.
    public private(set) var count = 0
    /// Frames that gave way to newer ones since the batch was last empty.
    public private(set) var overwritten = 0

    private var frames: [Frame]
    private var echoes: [UInt8]
    /// The row of the oldest frame; 0 until rows are overwritten.
    private var oldest = 0

    /// What is kept of a frame besides its pixels.
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
        /// Frames of this source that were dropped here and that no frame before this one reports.
        public var droppedBefore: UInt64 = 0
        /// Lengths of the header's texts kept for the verdict; 0 where there was none.
        var echo = EchoLengths()
    }

    struct EchoLengths: Sendable {
        var message = 0
        var id = 0
        var timestamp = 0
        var shape = 0
    }

    /// Bytes kept per frame for `msg`, `id`, `ts` and `shape` together; what does not fit, or is not
    /// JSON to the letter, is dropped and reads null in the verdict.
    static let echoLimit = 512

    /// Room for `capacity` frames of `pixels` pixels.
    public init(capacity: Int, pixels: Int) {
        precondition(capacity > 0, "a batch holds at least one frame")
        images = Matrix(rows: capacity, columns: pixels)
        let nobody = Source("")
        let frame = Frame(
            source: nobody, sequence: 0, received: UnixTime(nanoseconds: 0),
            type: ElementType(.uint8))
        frames = Array(repeating: frame, count: capacity)
        echoes = Array(repeating: 0, count: capacity * Self.echoLimit)
    }

    /// The most frames it can hold.
    public var capacity: Int { images.rows }
    /// Whether another frame would have to take the place of the oldest.
    public var isFull: Bool { count == capacity }

    /// Forgets all frames.
    public mutating func removeAll() {
        (count, oldest, overwritten) = (0, 0, 0)
    }

    /// The row the next frame goes to: a free one, or the oldest frame's if the batch is full.
    var nextRow: Int { isFull ? oldest : count }

    /// The frame that `append` would drop.
    var frameToDrop: Frame? { isFull ? frames[oldest] : nil }

    /// Takes in the frame whose pixels were written to `nextRow`, with texts of its header.
    mutating func append(_ frame: Frame, echoing header: FrameHeader?, of text: Span<UInt8>) {
        let row = nextRow
        frames[row] = frame
        if let header { keepEchoes(of: header, text, row: row) }
        if isFull {
            oldest = (oldest + 1) % capacity
            overwritten += 1
        } else {
            count += 1
        }
    }

    private mutating func keepEchoes(of header: FrameHeader, _ text: Span<UInt8>, row: Int) {
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

    /// Consecutive rows of at most `size` frames each, which together are all frames, oldest first.
    public func pieces(of size: Int) -> [Range<Int>] {
        [oldest..<count, 0..<oldest].flatMap { rows in
            stride(from: rows.lowerBound, to: rows.upperBound, by: size).map {
                $0..<min($0 + size, rows.upperBound)
            }
        }
    }

    /// Scores the frames in `rows`; their scores are then the scorer's first `rows.count`.
    public func score(_ rows: Range<Int>, with scorer: Scorer) {
        scorer.score(images.rows(rows))
    }

    /// The frame whose pixels are in `row`.
    public func frame(_ row: Int) -> Frame { frames[row] }

    /// Where in `echoes` the texts of the frame in `row` are.
    func echoes(_ row: Int) -> (
        shape: Range<Int>, timestamp: Range<Int>, id: Range<Int>,
        message: Range<Int>
    ) {
        let lengths = frames[row].echo
        let shape = row * Self.echoLimit
        let timestamp = shape + lengths.shape
        let id = timestamp + lengths.timestamp
        let message = id + lengths.id
        return (
            shape..<timestamp, timestamp..<id, id..<message, message..<(message + lengths.message)
        )
    }

    /// The bytes that `echoes(_:)` points into.
    var echoBytes: Span<UInt8> { @_lifetime(borrow self) get { echoes.span } }
}
