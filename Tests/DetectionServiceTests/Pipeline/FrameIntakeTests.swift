import Frames
import Images
import Platform
import ServiceConfiguration
import Synchronization
import Tensors
import TestSupport
import Testing

@testable import DetectionService

@Suite struct FrameIntakeTests {
    @Test
    func `header and pixels are found after a topic or without one, and what follows is not read`()
        throws
    {
        let door = Door()
        let pixels = String(repeating: "\u{0}", count: 4)
        #expect(door.send([header("\"source\":\"plain\""), pixels]) == .enqueued)
        #expect(door.send(["topic", header(), pixels]) == .enqueued)
        #expect(door.send(["more", header(), pixels, "x", "y"]) == .enqueued)
        #expect(door.send([header("\"source\":\"last\""), pixels, "x"]) == .enqueued)
        let snapshot = door.exchange.snapshot()
        #expect(snapshot.sources.map(\.source.name) == ["plain", "topic", "more", "last"])
        #expect(snapshot.total.waiting == 4 && snapshot.totals.trailingParts == 3)
    }

    @Test(arguments: [
        (["", ""], Rejection.headerNotJSON), (["nonsense"], .headerNotJSON),
        (["topic", "{}"], .noPayload), (["{}", "pixels"], .noDtype), (["{}"], .noPayload),
        (["{\"temperature\":21.5}"], .noPayload), (["{\"done\":false}"], .noPayload),
        (["pixels\u{0}", header()], .noPayload), ([header()], .noPayload),
        (["{\"image\":\"/a/path.png\"}"], .badEmbeddedPixels), (["{"], .headerNotJSON),
        (Array(repeating: "{}", count: 17), .tooManyParts), ([], .headerNotJSON),
    ])
    func `what is no frame is rejected and reported`(parts: [String], reason: Rejection) {
        let door = Door()
        #expect(door.send(parts) == .rejected)
        let (rejections, count) = door.take()
        #expect(rejections == [reason] && count == 0)
        let total = door.exchange.total
        #expect(total.rejections == [reason: 1] && total.received == 1 && total.isBalanced)
    }

    @Test func `a header alone is counted and is no frame`() {
        let door = Door()
        #expect(door.send(["{\"done\":true}"]) == .control)
        let snapshot = door.exchange.snapshot()
        #expect(snapshot.totals.control == 1 && snapshot.total == FrameLedger())
    }

    @Test func `pixels alone are a frame only where that was asked for`() {
        let (strict, lenient) = (Door(), Door { $0.bareFrames = true })
        let pixels = String(repeating: "\u{1}", count: 4)
        #expect(strict.send([pixels]) == .rejected)
        #expect(lenient.send([pixels]) == .enqueued)
        #expect(lenient.send([pixels + "\u{1}"]) == .rejected)
        #expect(lenient.take().count == 1)
    }

    @Test func `frames of other shards are counted and left to others`() {
        let doors = [1, 2].map { index in Door { $0.shard = Shard("\(index)/2") ?? .whole } }
        var taken: [Int] = []
        for index in doors.indices {
            for number in 0..<40 {
                doors[index].send([
                    header("\"seq\":\(number)"), String(repeating: "\u{0}", count: 4),
                ])
            }
            let snapshot = doors[index].exchange.snapshot()
            #expect(snapshot.total.received + snapshot.totals.otherShards == 40)
            #expect(snapshot.sources.map(\.ledger.sequenceTracker.missed) == [0])
            taken.append(snapshot.total.received)
        }
        #expect(taken[0] + taken[1] == 40 && taken[0] > 0 && taken[1] > 0)
    }

    @Test
    func `a message that finds no room waits whole, and is let in by the batch that makes some`()
        throws
    {
        let door = Door(capacity: 2)
        let text = header(shape: "[5,2,2]")
        let pixels = String(decoding: (0..<20).map { UInt8($0) }, as: UTF8.self)
        let reply = ReplyAddress(endpoint: EndpointIndex(3), envelope: [[7]], images: 1)
        #expect(door.send([text, pixels], whenFull: .block, reply: reply) == .enqueued)
        #expect(door.send([text, pixels], whenFull: .block, reply: reply) == .waiting)
        #expect(door.exchange.total.received == 5 && door.wakes == 0)
        for message in 1...2 {
            let batch = door.takeBatch()
            var (indices, images) = ([Int](), [Float]())
            for row in 0..<batch.count {
                indices.append(batch.frame(row).index)
                images += batch.images[row]
                let reply = batch.reply(row)
                let address = try #require(reply)
                #expect(address.images == 5 && address.envelope == [[7]])
                #expect(address.endpoint == EndpointIndex(3))
            }
            #expect(indices == [0, 1, 2, 3, 4] && images == (0..<20).map { Float($0) / 255 })
            #expect(door.wakes == 1 && door.goOn())
            #expect(door.exchange.total.received == 10 && door.exchange.total.scored == 5 * message)
        }
        #expect(door.exchange.total.isBalanced && door.exchange.total.inFlight == 0)
    }
}

/// An intake of 2×2 images and the exchange it fills.
final class Door {
    let exchange: FrameExchange
    private var intake: FrameIntake
    private var parts: [[UInt8]] = []
    private var open: OpenMessage?
    private let woken: Wakeups

    private final class Wakeups: Sendable {
        let count = Atomic<Int>(0)
    }

    enum Result { case enqueued, waiting, rejected, control }

    /// When the next message comes.
    var received = UnixTime(nanoseconds: 0)

    init(
        capacity: Int = 8, _ configure: (inout Configuration) -> Void = { _ in },
        isReserved: @escaping @Sendable (String) -> Bool = { _ in false },
        warn: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        var configuration = Configuration()
        configure(&configuration)
        let woken = Wakeups()
        self.woken = woken
        exchange = FrameExchange(
            FrameQueue(limits: .automatic(images: capacity, pixels: 4))
        ) { woken.count.add(1, ordering: .relaxed) }
        intake = FrameIntake(
            configuration, shape: ImageShape(rows: 2, columns: 2),
            preprocessing: Preprocessing(), exchange: exchange, isReserved: isReserved, warn: warn)
    }

    /// How often the receiver was to be woken.
    var wakes: Int { woken.count.load(ordering: .relaxed) }

    @discardableResult
    func send(
        _ texts: [String], whenFull: FrameQueue.WhenFull = .dropOldest, reply: ReplyAddress? = nil
    ) -> Result {
        send(bytes: texts.map { Array($0.utf8) }, whenFull: whenFull, reply: reply)
    }

    @discardableResult
    func send(
        bytes: [[UInt8]], whenFull: FrameQueue.WhenFull = .dropOldest, reply: ReplyAddress? = nil
    ) -> Result {
        parts = bytes
        let origin = FrameIntake.Origin(
            name: Array("endpoint".utf8), whenFull: whenFull, reply: reply,
            received: received)
        let (first, second, third) = (part(0), part(1), part(2))
        let reading = intake.read(
            MessageParts(
                count: parts.count, first.span, second.span, third.span), from: origin)
        switch reading {
        case .images(let message):
            open = message
            return goOn() ? .enqueued : .waiting
        case .rejected: return .rejected
        case .control: return .control
        }
    }

    /// Goes on with the message that waits for room; whether all of it is in.
    func goOn() -> Bool {
        guard let message = open else { return true }
        let bytes = ArrayBytes(
            header: message.layout.header.map { part($0) }
                ?? (message.layout.isBare ? intake.bareHeader : []),
            payload: message.layout.payload.map { part($0) } ?? [])
        guard case .admitted = exchange.add(message.message, message.arrival, bytes: bytes) else {
            return false
        }
        open = nil
        return true
    }

    private func part(_ place: MessageParts.Place) -> [UInt8] {
        switch place {
        case .first: part(0)
        case .second: part(1)
        case .third: part(2)
        }
    }

    private func part(_ index: Int) -> [UInt8] { index < parts.count ? parts[index] : [] }

    /// What a scorer would get, judged normal.
    func takeBatch() -> Batch {
        var batch = Batch(capacity: 8, pixels: 4)
        var rejections: [RejectedMessage] = []
        _ = exchange.take(into: &batch, &rejections, waiting: nil)
        exchange.settle(&batch, Array(repeating: .normal, count: batch.count))
        return batch
    }

    /// Why what was rejected was, and how many frames waited.
    func take() -> (reasons: [Rejection], count: Int) {
        var batch = Batch(capacity: 8, pixels: 4)
        var rejections: [RejectedMessage] = []
        _ = exchange.take(into: &batch, &rejections, waiting: nil)
        return (rejections.map(\.reason), batch.count)
    }

    /// What was rejected.
    func takeRejections() -> [RejectedMessage] {
        var batch = Batch(capacity: 8, pixels: 4)
        var rejections: [RejectedMessage] = []
        _ = exchange.take(into: &batch, &rejections, waiting: nil)
        return rejections
    }
}

/// What the operator was told.
final class Told: Sendable {
    private let list = Mutex<[String]>([])
    var sentences: [String] { list.withLock { $0 } }
    func add(_ sentence: String) { list.withLock { $0.append(sentence) } }
}
