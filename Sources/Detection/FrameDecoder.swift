import Tensors

/// Turns messages into frames of a batch: reads headers, checks sizes, converts pixels.
///
/// A value with no sockets and no clock; the receiving thread owns it.
public struct FrameDecoder {
    private let rows: Int
    private let columns: Int
    private var sources = SourceTable()
    /// The last name that was written with escapes, without them.
    private var unescaped: [UInt8] = []

    /// Decodes images of `rows × columns` pixels.
    public init(rows: Int, columns: Int) {
        self.rows = rows
        self.columns = columns
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
        /// The number its sender gave it.
        public let sentSequence: UInt64?
        let header: FrameHeader
        let type: ElementType
        /// The sender's number, or else ours.
        public let sequence: UInt64

        /// Writes the `image`-th image of `payload` into a row of `matrix`, as numbers in [0, 1].
        ///
        /// Throws `notFinite` or `outOfRange`; the row's contents are then meaningless.
        func decode(
            _ image: Int, of payload: Span<UInt8>, intoRow row: Int, of matrix: Matrix
        ) throws(Rejection) {
            let size = matrix.columns * type.size
            try type.decode(
                payload.extracting((image * size)..<((image + 1) * size)), intoRow: row, of: matrix)
        }

        /// The frame of the `image`-th image.
        func frame(_ image: Int, received: UnixTime) -> Frame {
            var frame = Frame(source: source, sequence: sequence, received: received, type: type)
            (frame.index, frame.images) = (image, images)
            return frame
        }
    }

    /// A rejected message, attributed as far as its header could be read.
    public struct Failure: Error {
        /// Why.
        public let reason: Rejection
        /// Who sent it, or the endpoint.
        public let source: Source
        /// The number its sender gave it, where that could be read.
        public let sequence: UInt64?
    }

    /// Reads the header of a message and checks it against the payload.
    ///
    /// A message that names no source is attributed to `endpoint`.
    public mutating func open(
        topic: Span<UInt8>, header text: Span<UInt8>, payload: Span<UInt8>, endpoint: Span<UInt8>
    ) throws(Failure) -> Message {
        let header: FrameHeader
        do throws(Rejection) { header = try FrameHeader(text) } catch {
            throw Failure(
                reason: error, source: source(topic: topic, endpoint: endpoint), sequence: nil)
        }
        let index =
            topic.count == 0
            ? sourceIndex(header, text, endpoint) : sourceIndex(topic: topic, endpoint)
        do throws(Rejection) {
            let sequence = header.sequence ?? sources[index].next
            sources[index].next = sequence &+ 1
            let (type, images) = try check(header, payload: payload.count)
            return Message(
                images: images, source: sources[index].source, sentSequence: header.sequence,
                header: header, type: type, sequence: sequence)
        } catch {
            throw Failure(
                reason: error, source: sources[index].source, sequence: header.sequence)
        }
    }

    /// The source that messages without a readable header are attributed to.
    public mutating func source(topic: Span<UInt8>, endpoint: Span<UInt8>) -> Source {
        let index = sourceIndex(topic: topic, endpoint)
        return sources[index].source
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

    private mutating func sourceIndex(
        _ header: FrameHeader, _ text: Span<UInt8>, _ endpoint: Span<UInt8>
    ) -> Int {
        if let source = header.source, !source.isEmpty { return sourceIndex(escaped: source, text) }
        if let message = header.message, message.count > 2,
            text[message.lowerBound] == UInt8(ascii: "\"")
        {
            return sourceIndex(
                escaped: (message.lowerBound + 1)..<(message.upperBound - 1), text)
        }
        return sources.index(of: 0..<endpoint.count, in: endpoint)
    }

    private mutating func sourceIndex(escaped name: Range<Int>, _ text: Span<UInt8>) -> Int {
        guard text.contains(UInt8(ascii: "\\"), in: name) else {
            return sources.index(of: name, in: text)
        }
        unescaped.removeAll(keepingCapacity: true)
        unescaped.appendUnescaped(name, of: text, limit: Source.nameLimit)
        let name = unescaped  // a span of our own property would hold all of self
        return sources.index(of: 0..<name.count, in: name.span)
    }

    private mutating func sourceIndex(topic: Span<UInt8>, _ endpoint: Span<UInt8>) -> Int {
        guard topic.count > 0 else { return sources.index(of: 0..<endpoint.count, in: endpoint) }
        // "cam-1/" and "cam-1" are one source: publishers end topics with a slash to tell prefixes.
        let isTerminated = topic.count > 1 && topic[topic.count - 1] == UInt8(ascii: "/")
        return sources.index(of: 0..<(topic.count - (isTerminated ? 1 : 0)), in: topic)
    }
}
