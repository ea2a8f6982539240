public import Images
public import Platform

/// Turns messages into frames of a batch: reads headers, checks sizes, converts pixels.
///
/// A value with no sockets and no clock; the receiving thread owns it.
public struct FrameDecoder {
    let preparation: ImagePreparation
    private let naming: SourceNaming
    /// The bits of a pixel where integers have more than 8 and the header does not say.
    private let depth: Int?
    private var sources: SourceTable
    /// When the message came that is being read.
    private var now = UnixTime(nanoseconds: 0)
    /// The last name that was written with escapes, without them.
    private var unescaped: [UInt8] = []

    /// The most rows, and the most columns, of a picture that comes over the network.
    public static let sideLimit = 4096

    /// Decodes images of this shape, and pictures of which `preprocessing` makes such images, with
    /// at most `sideLimit` rows and columns.
    ///
    /// `depth` is the number of bits of a pixel that the model was trained on, where that is known.
    public init(
        _ shape: ImageShape, preprocessing: Preprocessing = Preprocessing(),
        sideLimit: Int = sideLimit, naming: SourceNaming = .automatic, depth: Int? = nil,
        tenure: SourceTable.Tenure = SourceTable.Tenure()
    ) {
        preparation = ImagePreparation(
            shape: shape, preprocessing: preprocessing, sideLimit: sideLimit)
        self.naming = naming
        self.depth = depth
        sources = SourceTable(tenure: tenure)
        unescaped.reserveCapacity(2 * Source.nameLimit)
    }

    /// Bytes of an image.
    public var pixels: Int { preparation.shape.values }

    /// A rejected message, attributed as far as its header could be read.
    public struct Failure: Error {
        /// Why.
        public let reason: Rejection
        /// What it looks like instead of a frame, if that is known.
        public var kind: FileKind?
        /// Who sent it, or the endpoint.
        public let source: Source
        /// The number its sender gave it, where that could be read.
        public let sequence: UInt64?
    }

    /// Reads the header of a message and checks it against the payload.
    ///
    /// No header stands for a JPEG or PNG, no payload for one that is inside the header. A message that
    /// names no source is attributed to `endpoint`. `isAlone` says that no part follows the header. As of
    /// `received` sources that have long been silent are forgotten.
    public mutating func open(
        topic: Span<UInt8>, header text: Span<UInt8>, payload: Span<UInt8>, endpoint: Span<UInt8>,
        isAlone: Bool = false, received: UnixTime = UnixTime(nanoseconds: 0)
    ) throws(Failure) -> Message {
        now = received
        guard text.count > 0 else {
            return try open(topic: topic, picture: payload, endpoint: endpoint)
        }
        let header: FrameHeader
        do throws(Rejection) { header = try FrameHeader(text) } catch {
            throw failure(
                error, error == .headerNotJSON ? FileKind(text) : nil, topic: topic,
                endpoint: endpoint)
        }
        let index = sourceIndex(header, text, topic: topic, endpoint)
        do throws(Rejection) {
            let sequence = header.sequence ?? sources[index].next
            sources[index].next = sequence &+ 1
            let carrier = carrier(header, text, payload)
            if isAlone, case .payload = carrier { throw .noPayload }
            let contents = try contents(header, text, payload, carrier, of: index)
            return Message(
                contents, in: carrier, bytes: payload.count, size: text.count + payload.count,
                header: header, sequence: sequence,
                source: sources[index].source, preparation: preparation)
        } catch {
            let isPayload = payload.count > 0 && [.noDtype, .unknownDtype].contains(error)
            throw Failure(
                reason: error, kind: isPayload ? FileKind(payload) : nil,
                source: sources[index].source, sequence: header.sequence)
        }
    }

    private mutating func open(
        topic: Span<UInt8>, picture: Span<UInt8>, endpoint: Span<UInt8>
    ) throws(Failure) -> Message {
        guard let format = ImageFormat(picture) else {
            let kind = FileKind(picture) ?? (picture.count == pixels ? .bareImage : nil)
            throw failure(.headerNotJSON, kind, topic: topic, endpoint: endpoint)
        }
        let index = sourceIndex(topic: topic, endpoint)
        let sequence = sources[index].next
        sources[index].next = sequence &+ 1
        return Message(
            Contents(ElementType(.uint8), images: 1, bytes: picture.count, .encoded(format)),
            in: .payload, bytes: picture.count, size: picture.count, header: FrameHeader(),
            sequence: sequence,
            source: sources[index].source, preparation: preparation)
    }

    /// What is to be said of a message that is refused before it is opened.
    public mutating func failure(
        _ reason: Rejection, _ kind: FileKind? = nil, topic: Span<UInt8>, endpoint: Span<UInt8>
    ) -> Failure {
        Failure(
            reason: reason, kind: kind, source: source(topic: topic, endpoint: endpoint),
            sequence: nil)
    }

    /// What to tell the operator about the names of sources, once: that they change with every message.
    public mutating func takeComplaint() -> String? {
        guard let (first, second) = sources.takeFleeting() else { return nil }
        return """
            Sources come and go with every message, such as "\(first)" and "\(second)": each name is \
            taken for a camera of its own. Set source_from to where the camera's name is: endpoint, \
            topic, or header:KEY for a key of the header or of the JSON in its msg.
            """
    }

    /// The source that messages without a readable header are attributed to.
    public mutating func source(topic: Span<UInt8>, endpoint: Span<UInt8>) -> Source {
        let index = sourceIndex(topic: topic, endpoint)
        return sources[index].source
    }

    private mutating func contents(
        _ header: FrameHeader, _ text: Span<UInt8>, _ payload: Span<UInt8>, _ carrier: Carrier,
        of index: SourceIndex
    ) throws(Rejection) -> Contents {
        var contents = try inspect(header, text, payload, carrier)
        guard let width = contents.type.widestDepth, width > 8 || contents.type.kind == .uint8
        else { return contents }
        contents.largest = try largest(header, contents.type, width)
        guard width > 8, contents.largest == nil else { return contents }
        let isKnown: Bool
        if case .payload = carrier {
            isKnown = sources[index].depth.isKnown(contents.type, payload)
        } else {
            let bytes = try carrier.pixels(in: text, as: contents.type)
            isKnown = sources[index].depth.isKnown(
                carrier.storedType(contents.type), bytes.span)
        }
        guard isKnown else { throw .pixelRangeUnknown }
        return contents
    }

    /// The largest value that a pixel may have, where that is not the type's.
    private func largest(
        _ header: FrameHeader, _ type: ElementType, _ width: Int
    ) throws(Rejection) -> UInt32? {
        let bits: Int
        switch header.bits {
        case .known(let declared): bits = declared
        // To senders of bytes these keys have meant other things: bits of all channels, `CV_8U`, ….
        case .unknown where width > 8 && !header.isDepth: throw .badBits
        default:
            guard width > 8, let depth else { return nil }
            bits = depth
        }
        if width == 8 {
            return bits < 8 && !header.isDepth && bits > 0 ? 1 << UInt32(bits) - 1 : nil
        }
        guard 1...width ~= bits else { throw .badBits }
        return UInt32.max >> UInt32(32 - bits)
    }

    private mutating func sourceIndex(
        _ header: FrameHeader, _ text: Span<UInt8>, topic: Span<UInt8>, _ endpoint: Span<UInt8>
    ) -> SourceIndex {
        switch naming {
        case .topic, .endpoint: return sourceIndex(topic: topic, endpoint)
        case .automatic:
            if topic.count > 0 { return sourceIndex(topic: topic, endpoint) }
            if let source = header.source, !source.isEmpty {
                return sourceIndex(escaped: source, text)
            }
        case .message: break
        case .header(let key):
            if let name = name(key, header, text) {
                let bytes = name
                return sources.index(of: 0..<bytes.count, in: bytes.span, at: now)
            }
            return sources.index(of: 0..<endpoint.count, in: endpoint, at: now)
        }
        if let message = header.message, message.count > 2,
            text[message.lowerBound] == UInt8(ascii: "\"")
        {
            return sourceIndex(
                escaped: (message.lowerBound + 1)..<(message.upperBound - 1), text)
        }
        return sources.index(of: 0..<endpoint.count, in: endpoint, at: now)
    }

    /// The value of a key of the header, or else of the JSON that `msg` is or contains, as a name.
    private func name(
        _ key: String, _ header: FrameHeader, _ text: Span<UInt8>
    ) -> [UInt8]? {
        if let name = text.member(key, of: 0..<text.count) { return name }
        guard let message = header.message else { return nil }
        guard text[message.lowerBound] == UInt8(ascii: "\"") else {
            return text.member(key, of: message)
        }
        var inner: [UInt8] = []
        inner.appendUnescaped(
            (message.lowerBound + 1)..<(message.upperBound - 1), of: text, limit: message.count)
        return inner.span.member(key, of: 0..<inner.count)
    }

    private mutating func sourceIndex(escaped name: Range<Int>, _ text: Span<UInt8>) -> SourceIndex
    {
        guard text.contains(UInt8(ascii: "\\"), in: name) else {
            return sources.index(of: name, in: text, at: now)
        }
        unescaped.removeAll(keepingCapacity: true)
        unescaped.appendUnescaped(name, of: text, limit: name.count)
        let name = unescaped  // a span of our own property would hold all of self
        return sources.index(of: 0..<name.count, in: name.span, at: now)
    }

    private mutating func sourceIndex(topic: Span<UInt8>, _ endpoint: Span<UInt8>) -> SourceIndex {
        guard topic.count > 0, naming == .automatic || naming == .topic else {
            return sources.index(of: 0..<endpoint.count, in: endpoint, at: now)
        }
        // "cam-1/" and "cam-1" are one source: publishers end topics with a slash to tell prefixes.
        let isTerminated = topic.count > 1 && topic[topic.count - 1] == UInt8(ascii: "/")
        return sources.index(of: 0..<(topic.count - (isTerminated ? 1 : 0)), in: topic, at: now)
    }
}
