import Frames
import Images
import Platform
import TestSupport
import Testing

@testable import DetectionService

@Suite struct FrameExchangeStateTests {
    @Test func `each arrival wakes one sleeper, as long as there are any`() throws {
        var desk = Desk(capacity: 8)
        let scorers = (0..<2).map { _ in Scorer() }
        for scorer in scorers { #expect(scorer.take(&desk.state, sleeps: true) == .none) }
        #expect(desk.state.sleepers == 2)
        #expect(try (0..<3).map { _ in try desk.add()?.scorers } == [1, 1, 0])
        #expect(desk.state.sleepers == 0)
    }

    @Test func `who only looks is not counted as asleep`() throws {
        var desk = Desk(capacity: 8)
        _ = Scorer().take(&desk.state, sleeps: false)
        #expect(desk.state.sleepers == 0)
        #expect(try desk.add() == FrameExchange.Wakes.none)
    }

    @Test func `what does not fit into a batch wakes another thread`() throws {
        var desk = Desk(capacity: 8)
        let scorers = (0..<3).map { _ in Scorer(capacity: 1) }
        for scorer in scorers { _ = scorer.take(&desk.state, sleeps: true) }
        for _ in 0..<2 { try desk.add() }
        #expect(desk.state.sleepers == 1)
        #expect(scorers[0].take(&desk.state, sleeps: false) == FrameExchange.Wakes(scorers: 1))
        #expect(scorers[1].take(&desk.state, sleeps: false) == FrameExchange.Wakes.none)
    }

    @Test func `batches are numbered in the order they are taken, and nothing takes no number`()
        throws
    {
        var desk = Desk(capacity: 8)
        var numbers: [FrameExchange.Delivery] = []
        for round in 0..<3 {
            let scorer = Scorer()
            _ = scorer.take(&desk.state, sleeps: false)
            numbers.append(scorer.delivery)
            try desk.add(topic: "\(round)")
            _ = scorer.take(&desk.state, sleeps: false)
            numbers.append(scorer.delivery)
            scorer.settle(&desk.state)
        }
        let taken = (1...3).map { FrameExchange.Delivery.batch(BatchNumber($0)) }
        #expect(numbers == [.nothing, taken[0], .nothing, taken[1], .nothing, taken[2]])
    }

    @Test func `a receiver that waits for room is woken once, by the batch that makes some`() throws
    {
        var desk = Desk(capacity: 2)
        for _ in 0..<2 { #expect(try desk.add(whenFull: .block) != nil) }
        #expect(try desk.add(whenFull: .block) == nil)
        let (first, second) = (Scorer(capacity: 1), Scorer(capacity: 1))
        #expect(first.take(&desk.state, sleeps: true).receiver)
        #expect(!second.take(&desk.state, sleeps: true).receiver)
        #expect(try desk.add(whenFull: .block) != nil)
    }

    @Test func `nothing is settled that waits, is being scored, or is to be told`() throws {
        var desk = Desk(capacity: 8)
        let scorer = Scorer()
        var isSettled = [desk.state.isSettled]
        for isError in [false, true] {
            if isError { _ = desk.reject(reply: nil) } else { try desk.add() }
            isSettled.append(desk.state.isSettled)
            _ = scorer.take(&desk.state, sleeps: false)
            isSettled.append(desk.state.isSettled)
            scorer.settle(&desk.state)
            isSettled.append(desk.state.isSettled)
        }
        #expect(isSettled == [true, false, false, true, false, false, true])
    }

    @Test func `after closing, what is left is delivered before the end is`() throws {
        var desk = Desk(capacity: 8)
        let sleeping = Scorer()
        _ = sleeping.take(&desk.state, sleeps: true)
        #expect(desk.state.close() == FrameExchange.Wakes(scorers: 1))
        try desk.add()
        let scorer = Scorer()
        _ = scorer.take(&desk.state, sleeps: true)
        #expect(scorer.delivery == .batch(BatchNumber(1)))
        scorer.settle(&desk.state)
        _ = scorer.take(&desk.state, sleeps: true)
        #expect(scorer.delivery == .closed && desk.state.sleepers == 0)
    }

    @Test func `a flood of bad messages is counted, and only its first thousand are reported`() {
        var desk = Desk(capacity: 8)
        let limit = FrameExchange.State.rejectionLimit
        for _ in 0..<(limit + 5) { _ = desk.reject(reply: nil) }
        let reply = ReplyAddress(endpoint: EndpointIndex(0), envelope: [], images: 1)
        _ = desk.reject(reply: reply)
        #expect(desk.state.totals.errorsWithheld == 5)
        let total = desk.state.queue.total
        #expect(total.rejected == limit + 6 && total.isBalanced)
        let scorer = Scorer()
        _ = scorer.take(&desk.state, sleeps: false)
        #expect(scorer.rejections.count == limit + 1)
        #expect(scorer.rejections.last?.reply === reply)
    }

    @Test func `a bad image wakes a scorer, which publishes why`() throws {
        var desk = Desk(capacity: 8)
        let scorer = Scorer()
        _ = scorer.take(&desk.state, sleeps: true)
        #expect(try desk.add(isBad: true)?.scorers == 1)
        _ = scorer.take(&desk.state, sleeps: false)
        #expect(scorer.rejections.map(\.reason) == [.notFinite])
        #expect(scorer.delivery == .batch(BatchNumber(1)))
    }

    /// Three scorers and a receiver, whose steps are interleaved at random, with a signal given some
    /// time after the step that asked for it, and sleepers whose time is up at any moment: there are
    /// never fewer wake-ups to come than threads asleep, so no frame waits for one that sleeps on.
    @Test(arguments: 0..<20)
    func `no wake-up is lost, whoever repays a sleeper's count`(seed: UInt64) throws {
        var threads = Threads(seed: seed)
        for _ in 0..<2000 {
            try threads.step()
            #expect(threads.promisedWakes >= threads.asleep)
        }
        #expect(threads.doubleRepayments > 0, "the race did not happen")
        threads.finish()
        #expect(threads.hasEnded && threads.total.isBalanced && threads.total.inFlight == 0)
    }
}

/// An exchange's state and a decoder of 2×2 images in front of it.
struct Desk: ~Copyable {
    var state: FrameExchange.State
    private var decoder = FrameDecoder(ImageShape(rows: 2, columns: 2))

    init(capacity: Int) {
        state = FrameExchange.State(
            FrameQueue(limits: .automatic(images: capacity, pixels: 4)))
    }

    /// Adds an image; nil if there is no room for it.
    @discardableResult
    mutating func add(
        topic: String = "cam", whenFull: FrameQueue.WhenFull = .dropOldest, isBad: Bool = false
    ) throws -> FrameExchange.Wakes? {
        let (text, topic) = (Array(header(dtype: "float32").utf8), Array(topic.utf8))
        let pixels = [UInt8](repeating: isBad ? 0xFF : 0, count: 16)
        let message = try decoder.open(
            topic: topic.span, header: text.span, payload: pixels.span, endpoint: Span())
        let arrival = Arrival(received: UnixTime(nanoseconds: 0), whenFull: whenFull)
        let (addition, wakes) = state.add(
            message, arrival, bytes: ArrayBytes(header: text, payload: pixels))
        if case .mustWait = addition { return nil }
        return wakes
    }

    mutating func reject(reply: ReplyAddress?) -> FrameExchange.Wakes {
        let name = Array("cam".utf8)
        return state.reject(
            RejectedMessage(
                reason: .noShape, source: decoder.source(topic: name.span, endpoint: Span()),
                sequence: nil, received: UnixTime(nanoseconds: 0), reply: reply))
    }
}

/// A scoring thread as far as the exchange sees it.
final class Scorer {
    enum Phase { case awake, asleep, timedOut, scoring, ended }

    var phase = Phase.awake
    private(set) var delivery = FrameExchange.Delivery.nothing
    private(set) var rejections: [RejectedMessage] = []
    private var batch: Batch

    init(capacity: Int = 4) { batch = Batch(capacity: capacity, pixels: 4) }

    /// Looks for a batch, and scores it if there is one.
    func take(_ state: inout FrameExchange.State, sleeps: Bool) -> FrameExchange.Wakes {
        let taken = state.take(into: &batch, &rejections, sleepsIfEmpty: sleeps)
        batch.fetch()
        batch.appendRejections(to: &rejections)
        delivery = taken.delivery
        switch delivery {
        case .batch: phase = .scoring
        case .nothing: phase = sleeps ? .asleep : .awake
        case .closed: phase = .ended
        }
        return taken.wakes
    }

    func settle(_ state: inout FrameExchange.State) {
        state.settle(&batch, Array(repeating: .normal, count: batch.count))
        batch.removeAll()
        rejections.removeAll()
        phase = .awake
    }
}

/// Scorers, a receiver and the semaphore between them, in slow motion.
struct Threads: ~Copyable {
    private var desk = Desk(capacity: 6)
    private let scorers = (0..<3).map { _ in Scorer(capacity: 2) }
    private var random: SplitMix
    /// What the semaphore counts, and signals that were asked for and not given yet.
    private var (signals, underWay) = (0, 0)
    private var isClosed = false
    /// How often a scorer's time was up when it had been woken already.
    private(set) var doubleRepayments = 0

    init(seed: UInt64) { random = SplitMix(state: seed) }

    var asleep: Int { scorers.count { $0.phase == .asleep } }
    var promisedWakes: Int { desk.state.sleepers + signals + underWay }
    var hasEnded: Bool { scorers.allSatisfy { $0.phase == .ended } }
    var total: FrameLedger { desk.state.queue.total }

    mutating func step() throws {
        switch random.next() % 8 {
        case 0: underWay += try desk.add()?.scorers ?? 0
        case 1: giveSignal()
        default:
            let scorer = scorers[Int(random.next() % UInt64(scorers.count))]
            let isLate = scorer.phase == .asleep && signals == 0 && random.next() % 3 == 0
            if isLate { scorer.phase = .timedOut } else { advance(scorer) }
        }
    }

    private mutating func giveSignal() {
        guard underWay > 0 else { return }
        (signals, underWay) = (signals + 1, underWay - 1)
    }

    private mutating func advance(_ scorer: Scorer) {
        switch scorer.phase {
        case .awake: underWay += scorer.take(&desk.state, sleeps: true).scorers
        case .asleep where signals > 0:
            signals -= 1
            underWay += scorer.take(&desk.state, sleeps: false).scorers
        case .timedOut:
            if underWay + signals > 0 { doubleRepayments += 1 }
            desk.state.noteTimeout()
            underWay += scorer.take(&desk.state, sleeps: false).scorers
        case .scoring: scorer.settle(&desk.state)
        case .asleep, .ended: break
        }
    }

    /// Closes, and lets all go on until nobody can; nobody's time is up any more.
    mutating func finish() {
        underWay += desk.state.close().scorers
        for _ in 0..<200 {
            giveSignal()
            for scorer in scorers { advance(scorer) }
        }
    }
}

/// Sixty-four random bits at a time, the same for the same seed.
struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }
}
