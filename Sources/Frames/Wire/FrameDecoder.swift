public import Images

/// Turns messages into frames of a batch: reads headers, checks sizes, converts pixels.
///
/// A value with no sockets and no clock; the receiving thread owns it.
public struct FrameDecoder {
    private let preparation: ImagePreparation
    private var sources = SourceTable()
    /// The last name that was written with escapes, without them.
    private var unescaped: [UInt8] = []

    /// The most rows, and the most columns, of a picture that comes over the network.
    public static let sideLimit = 4096

    /// Decodes images of this shape, and pictures of which `preprocessing` makes such images, with
    /// at most `sideLimit` rows and columns.
    public init(
        _ shape: ImageShape, preprocessing: Preprocessing = Preprocessing(),
        sideLimit: Int = sideLimit
    ) {
        preparation = ImagePreparation(
            shape: shape, preprocessing: preprocessing, sideLimit: sideLimit)
        unescaped.reserveCapacity(2 * Source.nameLimit)
    }

    /// Pixels per image.
    public var pixels: Int { preparation.shape.pixels }

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
            let (type, images, content) = try check(header, payload)
            return Message(
                images: images, bytes: payload.count, source: sources[index].source, header: header,
                type: type,
                sequence: sequence, content: content, preparation: preparation)
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
        _ header: FrameHeader, _ payload: Span<UInt8>
    ) throws(Rejection) -> (ElementType, images: Int, Message.Content) {
        let type: ElementType
        switch header.dtype {
        case .known(let known) where !header.isCompressed: type = known
        default:
            if let format = ImageFormat(payload) {
                return (ElementType(.uint8), images: 1, .encoded(format))
            }
            switch header.dtype {
            case .known(let known): type = known
            case .absent: throw .noDtype
            case .unknown: throw .unknownDtype
            }
        }
        guard header.shape != nil else { throw .noShape }
        let (images, size, content) = try content(header.extents, type)
        // Extents are below 2³¹ and sizes below 2²⁹, so this product cannot overflow.
        guard payload.count == images * size else { throw .badByteCount }
        return (type, images, content)
    }

    /// The images in an array, how many bytes each takes, and what is to be done to them.
    private func content(
        _ extents: FrameHeader.Extents, _ type: ElementType
    ) throws(Rejection) -> (images: Int, size: Int, Message.Content) {
        let shape = preparation.shape
        let prepares = !preparation.preprocessing.isEmpty
        // To a model that takes pictures of any size, [600, 784] is one, not 600 rows of pixels.
        let exact = extents.images(of: shape, takesFlatBatches: !prepares)
        if let exact, preparation.isIdle { return (exact, shape.pixels * type.size, .ready) }
        guard prepares else { throw .badShape }
        let (images, picture) =
            if let exact { (exact, shape) } else { try extents.pictures(for: preparation) }
        guard images <= preparation.batchLimit else { throw .badShape }
        guard type.kind == .uint8 else { throw .notBytes }
        guard let size = picture.bytes else { throw .badShape }
        return (images, size, .array(picture))
    }

    private mutating func sourceIndex(
        _ header: FrameHeader, _ text: Span<UInt8>, _ endpoint: Span<UInt8>
    ) -> SourceIndex {
        if let source = header.source, !source.isEmpty { return sourceIndex(escaped: source, text) }
        if let message = header.message, message.count > 2,
            text[message.lowerBound] == UInt8(ascii: "\"")
        {
            return sourceIndex(
                escaped: (message.lowerBound + 1)..<(message.upperBound - 1), text)
        }
        return sources.index(of: 0..<endpoint.count, in: endpoint)
    }

    private mutating func sourceIndex(escaped name: Range<Int>, _ text: Span<UInt8>) -> SourceIndex
    {
        guard text.contains(UInt8(ascii: "\\"), in: name) else {
            return sources.index(of: name, in: text)
        }
        unescaped.removeAll(keepingCapacity: true)
        unescaped.appendUnescaped(name, of: text, limit: Source.nameLimit)
        let name = unescaped  // a span of our own property would hold all of self
        return sources.index(of: 0..<name.count, in: name.span)
    }

    private mutating func sourceIndex(topic: Span<UInt8>, _ endpoint: Span<UInt8>) -> SourceIndex {
        guard topic.count > 0 else { return sources.index(of: 0..<endpoint.count, in: endpoint) }
        // "cam-1/" and "cam-1" are one source: publishers end topics with a slash to tell prefixes.
        let isTerminated = topic.count > 1 && topic[topic.count - 1] == UInt8(ascii: "/")
        return sources.index(of: 0..<(topic.count - (isTerminated ? 1 : 0)), in: topic)
    }
}
