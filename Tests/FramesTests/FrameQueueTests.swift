import Frames
import Platform
import Tensors
import TestSupport
import Testing

@Suite struct FrameQueueTests {
    @Test func `a full queue gives up its oldest frame for each new one`() throws {
        var intake = Intake(capacity: 3)
        for number in 0..<11 {
            try intake.take(header(), payload: [UInt8](repeating: UInt8(number * 5), count: 4))
            let kept = Array(max(0, number - 2)...number)
            #expect(intake.frames.map(\.sequence) == kept.map { UInt64($0) })
            #expect(intake.pixels == kept.map { Array(repeating: Float($0 * 5) / 255, count: 4) })
            #expect(intake.queue.total.dropped == max(0, number - 2))
        }
    }

    @Test func `sources take turns, however many frames each has`() throws {
        var intake = Intake(capacity: 20)
        for _ in 0..<10 { try intake.take(header(), topic: "flood") }
        for source in ["a", "b", "a"] { try intake.take(header(), topic: source) }
        let names = intake.names
        #expect(names.prefix(5) == ["flood", "a", "b", "flood", "a"])
        #expect(names.dropFirst(5).allSatisfy { $0 == "flood" } && names.count == 13)
    }

    @Test func `a source that floods loses its own frames and nobody else's`() throws {
        var intake = Intake(capacity: 8)
        for source in ["a", "b", "a"] { try intake.take(header(), topic: source) }
        for _ in 0..<1000 { try intake.take(header(), topic: "flood") }
        try intake.take(header(), topic: "b")
        #expect(intake.ledger("a")?.dropped == 0 && intake.ledger("a")?.waiting == 2)
        #expect(intake.ledger("b")?.dropped == 0 && intake.ledger("b")?.waiting == 2)
        #expect(intake.ledger("flood")?.dropped == 996 && intake.ledger("flood")?.waiting == 4)
    }

    @Test func `more sources than room share it evenly`() throws {
        var intake = Intake(capacity: 4)
        for round in 0..<50 {
            for source in 0..<40 { try intake.take(header(), topic: "\(source)") }
            #expect(intake.queue.count == 4)
            if round % 7 == 0 { intake.settle() }
        }
        #expect(intake.queue.total.isBalanced && intake.queue.total.received == 2000)
    }

    @Test func `every dropped frame is reported by exactly one later verdict of its source`() throws
    {
        var intake = Intake(capacity: 3)
        for _ in 0..<20 { try intake.take(header(), topic: "a") }
        let first = intake.settle()
        #expect((0..<3).map { first.frame($0).droppedBefore } == [17, 0, 0])
        try intake.take(header(), topic: "a")
        try intake.take(header(), topic: "b")
        #expect(intake.frames.map(\.droppedBefore) == [0, 0])
    }

    @Test func `a frame refused while the queue is full leaves the oldest whole`() throws {
        var intake = Intake(capacity: 2)
        let floats = header(dtype: "float32")
        for value in [10, 20] {
            try intake.take(
                header("\"msg\":\(value)"), payload: Array(repeating: UInt8(value), count: 4))
        }
        let before = intake.pixels
        var payload = [UInt8](repeating: 0, count: 16)
        payload[15] = 0xC0  // -2
        #expect(throws: Rejection.outOfRange) { try intake.take(floats, payload: payload) }
        #expect(intake.pixels == before)
        #expect(intake.frames.map(\.sequence) == [0, 1] && intake.queue.total.dropped == 0)
        try intake.take(floats, payload: Array(repeating: 0, count: 16))
        #expect(intake.frames.map(\.sequence) == [1, 3])
        #expect(intake.frames.map(\.droppedBefore) == [1, 0])
        #expect(intake.pixels == [before[1], [0, 0, 0, 0]])
    }

    @Test func `a message of more images than there is room for leaves the last of them`() throws {
        var intake = Intake(capacity: 3)
        try intake.take(header(shape: "[7,2,2]"), payload: (0..<28).map { UInt8($0) })
        #expect(intake.frames.map(\.index) == [4, 5, 6])
        #expect(intake.frames[0].droppedBefore == 4)
        #expect(intake.pixels.flatMap { $0 } == (16..<28).map { Float($0) / 255 })
    }

    @Test func `frames that must not be dropped wait outside, and leave room for others`() throws {
        var intake = Intake(capacity: 8)
        intake.queue = FrameQueue(capacity: 8, pixels: 4, isShared: true)
        intake.policy = .block
        for _ in 0..<6 { try intake.take(header(), topic: "worker") }
        #expect(!intake.queue.hasRoom(for: .block) && intake.queue.hasRoom(for: .dropOldest))
        intake.policy = .dropOldest
        for _ in 0..<10 { try intake.take(header(), topic: "camera") }
        #expect(intake.ledger("worker")?.dropped == 0 && intake.ledger("worker")?.waiting == 6)
        #expect(intake.ledger("camera")?.dropped == 8 && intake.ledger("camera")?.waiting == 2)
        intake.settle()
        #expect(intake.queue.hasRoom(for: .block))
    }

    @Test func `adding a frame that must not be dropped where there is no room is a bug`() async {
        await #expect(processExitsWith: .failure) {
            var intake = Intake(capacity: 1)
            intake.policy = .block
            for _ in 0..<2 { try intake.take(header()) }
        }
    }

    /// Many sources, both policies, good and bad frames, batches of any size: after each step every
    /// account balances, what waits is what the queue holds, and each source's frames keep order.
    @Test(arguments: [1, 2, 3, 7, 64])
    func `every frame is accounted for after every step`(capacity: Int) throws {
        var random = RandomNumbers(seed: UInt64(capacity))
        var intake = Intake(capacity: capacity)
        intake.queue = FrameQueue(capacity: capacity, pixels: 4, isShared: true)
        var last: [String: UInt64] = [:]
        var (sent, inScoring) = (0, 0)
        for step in 0..<4000 {
            let source = "s\(random.next() % 9)"
            let isBlocking = source == "s0" || source == "s1"
            intake.policy = isBlocking ? .block : .dropOldest
            if intake.queue.hasRoom(for: intake.policy) {
                sent += 1
                let isBad = random.next() % 10 == 0
                let pixels = [UInt8](repeating: isBad ? 0xFF : 0, count: 16)  // NaN
                _ = try? intake.take(
                    header("\"seq\":\(step)", dtype: "float32"), topic: source, payload: pixels)
            }
            if random.next() % 5 == 0 {
                var batch = Batch(capacity: 1 + Int(random.next() % 5), pixels: 4)
                intake.queue.take(into: &batch)
                inScoring = batch.count
                #expect(intake.queue.total.scoring == inScoring)
                for row in 0..<batch.count {
                    let frame = batch.frame(row)
                    #expect(
                        frame.sequence > last[batch.source(row).name] ?? 0
                            || last[batch.source(row).name] == nil)
                    last[batch.source(row).name] = frame.sequence
                }
                intake.queue.settle(
                    batch, (0..<batch.count).map { $0 % 3 == 0 ? .anomalous : .normal })
            }
            let total = intake.queue.total
            #expect(total.received == sent && total.isBalanced && total.scoring == 0)
            #expect(total.waiting == intake.queue.count && total.waiting <= capacity)
            #expect(intake.queue.ledgers.allSatisfy { $0.isBalanced })
        }
        #expect(intake.ledger("s0")?.dropped == 0 && intake.ledger("s1")?.dropped == 0)
        #expect(intake.queue.total.dropped > 0 && intake.queue.total.rejected > 0)
    }

    @Test func `what is claimed stays as it is until it is released, however full the queue gets`()
        throws
    {
        var intake = Intake()
        intake.queue = FrameQueue(capacity: 3, pixels: 4, claims: 3)
        var (sent, found) = (UInt8(0), [UInt8]())
        for _ in 0..<5 {
            for _ in 0..<3 {
                try intake.take(header(), payload: [sent, 0, 0, 0])
                sent += 1
            }
            var batch = Batch(capacity: 3, pixels: 4)
            intake.queue.claim(for: &batch)
            #expect(batch.isFull && batch.count == 0)
            #expect(intake.queue.count == 0 && intake.ledger("endpoint")?.scoring == 3)
            // More than there is room for, so that a row given away too early would be written to.
            for _ in 0..<9 {
                try intake.take(header(), payload: [sent, 0, 0, 0])
                sent += 1
            }
            batch.fetch()
            found += (0..<3).map { UInt8((batch.images[$0][0] * 255).rounded()) }
            intake.queue.settle(batch, [.normal, .normal, .normal])
            intake.queue.release(&batch)
            intake.settle()
        }
        let firstThree: [UInt8] = [0, 1, 2, 12, 13, 14, 24, 25, 26, 36, 37, 38, 48, 49, 50]
        #expect(found == firstThree)
        #expect(intake.ledger("endpoint")?.waiting == 0)
    }

    @Test func `a source that must wait keeps its place, whoever comes meanwhile`() throws {
        var intake = Intake()
        let (first, second) = (Array(header().utf8), Array(header().utf8))
        let waiting = try intake.decoder.open(
            topic: Array("waits".utf8).span, header: first.span, payload: [0, 0, 0, 0].span,
            endpoint: Span())
        intake.queue.enter(waiting.source)
        try intake.take(second, topic: Array("comes".utf8))
        _ = intake.queue.add(
            0, of: waiting, header: first.span, payload: [0, 0, 0, 0].span,
            received: UnixTime(nanoseconds: 0), policy: .block)
        #expect(intake.queue.sources.map(\.name) == ["waits", "comes"])
        #expect(Set(intake.names) == ["waits", "comes"])
    }
}
