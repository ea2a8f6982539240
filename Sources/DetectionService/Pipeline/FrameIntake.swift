import Frames
import Images
import Platform
import ServiceConfiguration

/// Reads messages, and counts those that hold no images.
///
/// Knows no sockets: it is given the parts of a message.
struct FrameIntake: ~Copyable {
    private var decoder: FrameDecoder
    private let pixels: Int
    private let takesBareFrames: Bool
    /// The header that a frame without one stands for.
    let bareHeader: [UInt8]
    private let shard: Shard
    private let exchange: FrameExchange
    /// Tells the operator.
    private let warn: @Sendable (String) -> Void

    /// Whether the model preprocesses, so that messages are camera pictures.
    let takesPictures: Bool

    /// What is known of a message before it is read.
    struct Origin {
        let name: [UInt8]
        let whenFull: FrameQueue.WhenFull
        let reply: ReplyAddress?
        let received: UnixTime
    }

    /// An intake for a model of images of this shape and preprocessing.
    ///
    /// Sources whose names are reserved always have a place of their own; `warn` logs a sentence.
    init(
        _ configuration: Configuration, shape: ImageShape, preprocessing: Preprocessing,
        exchange: FrameExchange, isReserved: @escaping @Sendable (String) -> Bool = { _ in false },
        warn: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.exchange = exchange
        pixels = shape.pixels
        takesPictures = preprocessing.hasSteps
        takesBareFrames = configuration.bareFrames
        shard = configuration.shard
        bareHeader = Array("{\"dtype\":\"uint8\",\"shape\":[\(pixels)]}".utf8)
        decoder = FrameDecoder(
            shape, preprocessing: preprocessing, naming: configuration.sourceFrom,
            depth: preprocessing.depth,
            tenure: .init(isReserved: isReserved, isIdle: { exchange.isIdle($0) }))
        self.warn = warn
    }

    /// What came of a message.
    enum Reading {
        /// Its images can be enqueued.
        case images(OpenMessage)
        /// Nothing to enqueue: it was rejected.
        case rejected
        /// A control message: nothing to enqueue; a sender that waits is acknowledged.
        case control
    }

    /// Reads a message: finds its header and pixels and checks the one against the other.
    mutating func read(_ parts: borrowing MessageParts, from origin: Origin) -> Reading {
        guard parts.count <= Envelope.partLimit else {
            return reject(.tooManyParts, topic: Span(), origin)
        }
        let first = parts[.first]
        if takesBareFrames, parts.count == 1, first.count == pixels {
            return open(parts, MessageLayout(payload: .first, isBare: true), origin)
        }
        let envelope = Envelope(
            first: first, second: parts[.second], third: parts[.third], parts: parts.count)
        let layout: MessageLayout
        switch envelope {
        case .control:
            exchange.noteControl()
            return .control
        case .reversed: return reject(.noPayload, .header, topic: Span(), origin)
        case .array(hasTopic: true):
            layout = MessageLayout(topic: .first, header: .second, payload: .third)
        case .array(hasTopic: false): layout = MessageLayout(header: .first, payload: .second)
        case .object(hasTopic: true): layout = MessageLayout(topic: .first, header: .second)
        case .object(hasTopic: false): layout = MessageLayout(header: .first)
        case .picture: layout = MessageLayout(payload: .first)
        case .namedPicture(let afterTwo):
            layout = MessageLayout(topic: .first, payload: afterTwo ? .third : .second)
        }
        let used = layout.parts
        if parts.count > used { exchange.noteTrailingParts(parts.count - used) }
        return open(parts, layout, origin)
    }

    private mutating func open(
        _ parts: borrowing MessageParts, _ layout: MessageLayout, _ origin: Origin
    ) -> Reading {
        defer { if let complaint = decoder.takeComplaint() { warn(complaint) } }
        do throws(FrameDecoder.Failure) {
            let bare = layout.isBare ? bareHeader : []
            let message = try decoder.open(
                topic: parts.bytes(layout.topic, or: Span()),
                header: parts.bytes(layout.header, or: bare.span),
                payload: parts.bytes(layout.payload, or: Span()), endpoint: origin.name.span,
                isAlone: layout.payload == nil, received: origin.received)
            guard shard.holds(source: message.source.name, sequence: message.sequence) else {
                exchange.pass(message, received: origin.received)
                return .control
            }
            let reply = origin.reply.map {
                ReplyAddress(
                    endpoint: $0.endpoint, envelope: $0.envelope, images: message.images,
                    connection: $0.connection)
            }
            let arrival = Arrival(
                received: origin.received, whenFull: origin.whenFull, reply: reply)
            return .images(OpenMessage(message: message, arrival: arrival, layout: layout))
        } catch {
            exchange.reject(
                RejectedMessage(
                    reason: error.reason, source: error.source, sequence: error.sequence,
                    received: origin.received, reply: origin.reply, kind: error.kind))
            return .rejected
        }
    }

    private mutating func reject(
        _ reason: Rejection, _ kind: FileKind? = nil, topic: Span<UInt8>, _ origin: Origin
    ) -> Reading {
        let source = decoder.source(topic: topic, endpoint: origin.name.span)
        exchange.reject(
            RejectedMessage(
                reason: reason, source: source, sequence: nil, received: origin.received,
                reply: origin.reply, kind: kind))
        return .rejected
    }
}
