import Frames
import Images
import Platform
import ServiceConfiguration
import VAE

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

    /// What is known of a message before it is read.
    struct Origin {
        let name: [UInt8]
        let policy: FrameQueue.WhenFull
        let parts: Int
        let reply: ReplyAddress?
    }

    /// An intake for what `model` takes.
    init(_ configuration: Configuration, _ model: Model, exchange: FrameExchange) {
        self.exchange = exchange
        pixels = model.imageShape.pixels
        takesBareFrames = configuration.bareFrames
        shard = configuration.shard
        bareHeader = Array("{\"dtype\":\"uint8\",\"shape\":[\(pixels)]}".utf8)
        decoder = FrameDecoder(model.imageShape, preprocessing: model.preprocessing)
    }

    /// What came of a message.
    enum Reading {
        /// Its images can be added.
        case open(OpenMessage)
        /// It holds none that could be.
        case done
        /// It is no image and needs none; whoever waits for a reply may be told so.
        case control
    }

    /// Reads a message of which the first parts are given.
    mutating func read(
        _ first: Span<UInt8>, _ second: Span<UInt8>, _ third: Span<UInt8>, from origin: Origin
    ) -> Reading {
        let (now, none) = (UnixTime.now, Span<UInt8>())
        let parts = origin.parts
        guard parts <= Envelope.partLimit else { return reject(.tooManyParts, none, origin, now) }
        if takesBareFrames, parts == 1, first.count == pixels {
            let header = bareHeader
            return open(.bare, origin, now, topic: none, header: header.span, payload: first)
        }
        switch Envelope(first: first, second: parts > 1 ? second : none, parts: parts) {
        case .control:
            exchange.withQueue { _, totals in totals.control += 1 }
            return .control
        case .noHeader: return reject(.headerNotJSON, none, origin, now)
        case .noPayload: return reject(.noPayload, first, origin, now)
        case .array(hasTopic: true):
            if parts > 3 { exchange.withQueue { _, totals in totals.trailingParts += parts - 3 } }
            return open(.topic, origin, now, topic: first, header: second, payload: third)
        case .array(hasTopic: false):
            if parts > 2 { exchange.withQueue { _, totals in totals.trailingParts += parts - 2 } }
            return open(.plain, origin, now, topic: none, header: first, payload: second)
        }
    }

    private mutating func open(
        _ layout: OpenMessage.Layout, _ origin: Origin, _ now: UnixTime, topic: Span<UInt8>,
        header: Span<UInt8>,
        payload: Span<UInt8>
    ) -> Reading {
        do throws(FrameDecoder.Failure) {
            let message = try decoder.open(
                topic: topic, header: header, payload: payload, endpoint: origin.name.span)
            guard shard.holds(source: message.source.name, sequence: message.sequence) else {
                exchange.withQueue { queue, totals in
                    queue.pass(message, received: now)
                    totals.otherShards += message.images
                }
                return .control
            }
            let reply = origin.reply.map {
                ReplyAddress(endpoint: $0.endpoint, envelope: $0.envelope, images: message.images)
            }
            return .open(
                OpenMessage(message: message, layout: layout, received: now, reply: reply))
        } catch {
            reject(error.reason, error.source, error.sequence, origin, now)
            return .done
        }
    }

    /// Adds the images of a message as far as there is room; whether all are in.
    ///
    /// Takes the same parts as `read`.
    func add(
        _ open: inout OpenMessage, _ first: Span<UInt8>, _ second: Span<UInt8>,
        _ third: Span<UInt8>, policy: FrameQueue.WhenFull
    ) -> Bool {
        switch open.layout {
        case .plain: return add(&open, header: first, payload: second, policy)
        case .topic: return add(&open, header: second, payload: third, policy)
        case .bare:
            let header = bareHeader
            return add(&open, header: header.span, payload: first, policy)
        }
    }

    private func add(
        _ open: inout OpenMessage, header: Span<UInt8>, payload: Span<UInt8>,
        _ policy: FrameQueue.WhenFull
    ) -> Bool {
        while open.nextImage < open.message.images {
            // Before the queue is locked, so that no scorer waits for a JPEG to be decoded.
            open.message.prepare(open.nextImage, of: payload)
            let outcome = exchange.add(
                open.nextImage, of: open.message, header: header, payload: payload,
                received: open.received, policy: policy, reply: open.reply)
            switch outcome {
            case nil: return false
            case .waiting: break
            case .rejected(let reason):
                exchange.report(
                    RejectedMessage(
                        reason: reason, source: open.message.source,
                        sequence: open.message.sentSequence, received: open.received,
                        reply: open.reply))
            }
            open.nextImage += 1
        }
        return true
    }

    private mutating func reject(
        _ reason: Rejection, _ topic: Span<UInt8>, _ origin: Origin, _ now: UnixTime
    ) -> Reading {
        let source = decoder.source(topic: topic, endpoint: origin.name.span)
        reject(reason, source, nil, origin, now)
        return .done
    }

    private func reject(
        _ reason: Rejection, _ source: Source, _ sequence: UInt64?, _ origin: Origin,
        _ now: UnixTime
    ) {
        exchange.withQueue { queue, _ in
            queue.reject(reason, from: source, sequence: sequence, received: now)
        }
        exchange.report(
            RejectedMessage(
                reason: reason, source: source, sequence: sequence, received: now,
                reply: origin.reply))
    }
}
