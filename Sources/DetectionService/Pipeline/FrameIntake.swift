import Frames
import Images
import Platform
import ServiceConfiguration

/// Decodes messages and adds their images to the queue, counting what becomes of each.
///
/// Knows no sockets: it is given the parts of a message.
struct FrameIntake: ~Copyable {
    private var decoder: FrameDecoder
    private let pixels: Int
    private let takesBareFrames: Bool
    /// The header that a frame without one stands for.
    private let bareHeader: [UInt8]
    private let shard: Shard
    private let exchange: FrameExchange
    /// Tells the operator.
    private let warn: @Sendable (String) -> Void

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
        takesBareFrames = configuration.bareFrames
        shard = configuration.shard
        bareHeader = Array("{\"dtype\":\"uint8\",\"shape\":[\(pixels)]}".utf8)
        decoder = FrameDecoder(
            shape, preprocessing: preprocessing, naming: configuration.sourceFrom,
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
            return open(parts, Layout(payload: .first), origin, isBare: true)
        }
        let envelope = Envelope(
            first: first, second: parts[.second], third: parts[.third], parts: parts.count)
        let layout: Layout
        switch envelope {
        case .control:
            exchange.noteControl()
            return .control
        case .reversed: return reject(.noPayload, .header, topic: Span(), origin)
        case .array(hasTopic: true):
            layout = Layout(topic: .first, header: .second, payload: .third)
        case .array(hasTopic: false): layout = Layout(header: .first, payload: .second)
        case .object(hasTopic: true): layout = Layout(topic: .first, header: .second)
        case .object(hasTopic: false): layout = Layout(header: .first)
        case .picture: layout = Layout(payload: .first)
        case .namedPicture(let afterTwo):
            layout = Layout(topic: .first, payload: afterTwo ? .third : .second)
        }
        let used = layout.parts
        if parts.count > used { exchange.noteTrailingParts(parts.count - used) }
        return open(parts, layout, origin)
    }

    /// Which parts of a message are what.
    private struct Layout {
        var topic: MessageParts.Place?
        var header: MessageParts.Place?
        /// None if the picture is inside the header.
        var payload: MessageParts.Place?
        /// Parts up to the last of these.
        var parts: Int {
            switch payload ?? header {
            case .first: 1
            case .second: 2
            default: 3
            }
        }
    }

    private mutating func open(
        _ parts: borrowing MessageParts, _ layout: Layout, _ origin: Origin, isBare: Bool = false
    ) -> Reading {
        defer { if let complaint = decoder.takeComplaint() { warn(complaint) } }
        do throws(FrameDecoder.Failure) {
            let bare = isBare ? bareHeader : []
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
                ReplyAddress(endpoint: $0.endpoint, envelope: $0.envelope, images: message.images)
            }
            let arrival = Arrival(
                of: message.source, received: origin.received, whenFull: origin.whenFull,
                reply: reply)
            return .images(
                OpenMessage(
                    message: message, parts: parts.count, arrival: arrival, header: layout.header,
                    payload: layout.payload, isBare: isBare))
        } catch {
            exchange.reject(
                RejectedMessage(
                    reason: error.reason, source: error.source, sequence: error.sequence,
                    received: origin.received, reply: origin.reply, kind: error.kind))
            return .rejected
        }
    }

    /// Enqueues the images of a message as far as there is room; whether all are in.
    ///
    /// Takes the parts that the message was read from.
    func enqueue(_ open: inout OpenMessage, _ parts: borrowing MessageParts) -> Bool {
        let bare = open.isBare ? bareHeader : []
        let payload = parts.bytes(open.payload, or: Span())
        while open.nextImage < open.message.images {
            guard var reservation = exchange.reserve(open.arrival) else { return false }
            reservation.decode(
                open.nextImage, of: open.message,
                header: parts.bytes(open.header, or: bare.span), payload: payload)
            exchange.commit(reservation, of: open.message)
            open.nextImage += 1
        }
        return true
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
