import Tensors

/// Turns messages into frames of a batch: reads headers, checks sizes, converts pixels.
///
/// A value with no sockets and no clock; the receiving thread owns it.
public struct FrameDecoder {
    private let rows: Int
    private let columns: Int
    private var sources = SourceTable()
    /// The name of frames that carry none.
    private let endpointName: [UInt8]
    private let scratch: Matrix
    /// The last name that was written with escapes, without them.
    private var unescaped: [UInt8] = []

    /// Decodes images of `rows × columns` pixels; frames that name no source are attributed to
    /// `endpointName`.
    public init(rows: Int, columns: Int, endpointName: String) {
        self.rows = rows
        self.columns = columns
        self.endpointName = Array(endpointName.utf8)
        scratch = Matrix(rows: 1, columns: rows * columns)
        unescaped.reserveCapacity(2 * Source.nameLimit)
    }

    /// Pixels per image.
    public var pixels: Int { rows * columns }

    /// A message whose header was read and whose size is right: its images can be added one by one.
    public struct Message: Sendable {
        /// The images in it.
        public let images: Int
        /// Who sent it.
        public let source: Source
        let header: FrameHeader
        let type: ElementType
        let sequence: UInt64
    }

    /// A rejected message, attributed as far as its header could be read.
    public struct Failure: Error {
        /// Why.
        public let reason: Rejection
        /// Who sent it, or the endpoint.
        public let source: Source
    }

    /// Reads the header of a message and checks it against the payload.
    public mutating func open(
        topic: Span<UInt8>, header text: Span<UInt8>, payload: Span<UInt8>
    ) throws(Failure) -> Message {
        var index = sourceIndex(topic: topic)
        do throws(Rejection) {
            let header = try FrameHeader(text)
            if topic.count == 0 { index = sourceIndex(header, text) }
            let sequence = header.sequence ?? sources[index].next
            sources[index].next = sequence &+ 1
            let (type, images) = try check(header, payload: payload.count)
            return Message(
                images: images, source: sources[index].source, header: header, type: type,
                sequence: sequence)
        } catch {
            throw Failure(reason: error, source: sources[index].source)
        }
    }

    /// The source that messages without a readable header are attributed to.
    public mutating func source(topic: Span<UInt8>) -> Source {
        let index = sourceIndex(topic: topic)
        return sources[index].source
    }

    /// Decodes the `image`-th image of `message` into `batch`, in place of its oldest frame if it is
    /// full; that one's source will learn of it from its next verdict.
    ///
    /// Throws `notFinite` or `outOfRange`; the batch is then unchanged.
    public mutating func append(
        _ image: Int, of message: Message, header text: Span<UInt8>, payload: Span<UInt8>,
        received: UnixTime, to batch: inout Batch
    ) throws(Rejection) {
        let size = pixels * message.type.size
        let bytes = payload.extracting((image * size)..<((image + 1) * size))
        let row = batch.nextRow
        if batch.isFull {
            // The oldest frame stays whole until the new one has proved good.
            try message.type.decode(bytes, intoRow: 0, of: scratch)
            batch.images.rows(row..<(row + 1)).copy(from: scratch)
        } else {
            try message.type.decode(bytes, intoRow: row, of: batch.images)
        }
        var frame = Batch.Frame(
            source: message.source, sequence: message.sequence, received: received,
            type: message.type)
        frame.index = image
        frame.images = message.images
        if let dropped = batch.frameToDrop {
            // What it would have reported is passed on along with itself.
            dropped.source.countDropped(1 + dropped.droppedBefore)
        }
        frame.droppedBefore = message.source.takeDropped()
        batch.append(frame, echoing: message.header, of: text)
    }

    private func check(
        _ header: FrameHeader, payload: Int
    ) throws(Rejection) -> (ElementType, images: Int) {
        let type: ElementType
        switch header.dtype {
        case .known(let known): type = known
        case .absent: throw .noDtype
        case .unknown: throw .unknownDtype
        }
        guard header.shape != nil else { throw .noShape }
        let images = try header.extents.images(rows: rows, columns: columns)
        // Extents are below 2³¹, so none of these products can overflow.
        guard payload == images * rows * columns * type.size else { throw .badByteCount }
        return (type, images)
    }

    private mutating func sourceIndex(_ header: FrameHeader, _ text: Span<UInt8>) -> Int {
        if let source = header.source, !source.isEmpty { return sourceIndex(escaped: source, text) }
        if let message = header.message, message.count > 2,
            text[message.lowerBound] == UInt8(ascii: "\"")
        {
            return sourceIndex(
                escaped: (message.lowerBound + 1)..<(message.upperBound - 1), text)
        }
        return endpointIndex()
    }

    private mutating func sourceIndex(escaped name: Range<Int>, _ text: Span<UInt8>) -> Int {
        guard text.contains(UInt8(ascii: "\\"), in: name) else {
            return sources.index(of: name, in: text)
        }
        unescaped.removeAll(keepingCapacity: true)
        unescaped.appendUnescaped(name, of: text, limit: Source.nameLimit)
        let name = unescaped  // as in endpointIndex
        return sources.index(of: 0..<name.count, in: name.span)
    }

    private mutating func endpointIndex() -> Int {
        let name = endpointName  // a span of our own property would hold all of self
        return sources.index(of: 0..<name.count, in: name.span)
    }

    private mutating func sourceIndex(topic: Span<UInt8>) -> Int {
        guard topic.count > 0 else { return endpointIndex() }
        // "cam-1/" and "cam-1" are one source: publishers end topics with a slash to tell prefixes.
        let isTerminated = topic.count > 1 && topic[topic.count - 1] == UInt8(ascii: "/")
        return sources.index(of: 0..<(topic.count - (isTerminated ? 1 : 0)), in: topic)
    }
}
