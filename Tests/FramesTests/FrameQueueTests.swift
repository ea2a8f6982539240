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
        var intake = Intake(capacity: 8, isShared: true)
        intake.policy = .block
        for _ in 0..<6 { try intake.take(header(), topic: "worker") }
        let room = [FrameQueue.WhenFull.block, .dropOldest].map { intake.queue.hasRoom(for: $0) }
        #expect(room == [false, true])
        intake.policy = .dropOldest
        for _ in 0..<10 { try intake.take(header(), topic: "camera") }
        #expect(intake.ledger("worker")?.dropped == 0 && intake.ledger("worker")?.waiting == 6)
        #expect(intake.ledger("camera")?.dropped == 8 && intake.ledger("camera")?.waiting == 2)
        intake.settle()
        let hasRoom = intake.queue.hasRoom(for: .block)
        #expect(hasRoom)
    }

    @Test func `adding a frame that must not be dropped where there is no room is a bug`() async {
        await #expect(processExitsWith: .failure) {
            var intake = Intake(capacity: 1)
            intake.policy = .block
            for _ in 0..<2 { try intake.take(header()) }
        }
    }

    /// Many sources, both policies, good and bad frames, up to three of them being decoded while
    /// others come and go, batches of any size: after each step every account balances, what waits is
    /// what the queue holds, and each source's frames keep the order of their commits.
    @Test(arguments: [1, 2, 3, 7, 64])
    func `every frame is accounted for after every step`(capacity: Int) throws {
        var traffic = Traffic(capacity: capacity)
        for step in 0..<4000 {
            traffic.step(UInt64(step))
            let total = traffic.queue.total
            #expect(total.received == traffic.committed && total.isBalanced)
            #expect(total.waiting == traffic.queue.count && total.waiting <= capacity)
            #expect(total.scoring == traffic.batch.count)
            #expect(traffic.queue.ledgers.allSatisfy { $0.isBalanced })
        }
        let total = traffic.queue.total
        let kept = traffic.queue.sources.indices.filter {
            ["s0", "s1"].contains(traffic.queue.sources[$0].name)
        }.map { traffic.queue.ledgers[$0] }
        #expect(kept.count == 2 && kept.allSatisfy { $0.dropped == 0 && $0.scored > 0 })
        #expect(total.dropped > 0 && total.rejected > 0 && total.scored > 0)
        let wasDecoding = traffic.wasDecodingDuringClaim
        #expect(wasDecoding, "nothing was claimed while an image was being decoded")
    }

    @Test func `what is claimed stays as it is until it is released, however full the queue gets`()
        throws
    {
        var intake = Intake(capacity: 3)
        var (sent, found) = (UInt8(0), [UInt8]())
        for _ in 0..<5 {
            for _ in 0..<3 {
                try intake.take(header(), payload: [sent, 0, 0, 0])
                sent += 1
            }
            var batch = Batch(capacity: 3, pixels: 4)
            intake.queue.claim(for: &batch)
            let (isFull, count) = (batch.isFull, batch.count)
            #expect(isFull && count == 0)
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

    @Test func `a frame that is being decoded is nowhere yet, and pushes nobody out`() throws {
        var intake = Intake(capacity: 2)
        for value in [10, 20] as [UInt8] {
            try intake.take(header(), payload: [value, 0, 0, 0])
        }
        let late = try #require(try reserve(in: &intake, whenFull: .dropOldest))
        #expect(intake.queue.total.received == 2 && intake.frames.map(\.sequence) == [0, 1])
        late.fill()
        #expect(intake.queue.total.dropped == 0)
        let outcome = late.commit(to: &intake.queue)
        #expect(outcome == .waiting && intake.queue.total.dropped == 1)
        #expect(intake.frames.map(\.sequence) == [1, 2])
    }

    @Test func `a source that must wait keeps its place, whoever comes meanwhile`() throws {
        var intake = Intake(capacity: 2)
        intake.policy = .block
        for _ in 0..<2 { try intake.take(header(), topic: "full") }
        let refused = try reserve(in: &intake, topic: "waits", whenFull: .block) == nil
        #expect(refused)
        intake.policy = .dropOldest
        try intake.take(header(), topic: "comes")
        intake.settle()
        intake.policy = .block
        try intake.take(header(), topic: "waits")
        #expect(intake.queue.sources.map(\.name) == ["full", "waits", "comes"])
        #expect(intake.names == ["waits"] && intake.ledger("comes")?.dropped == 1)
    }
}
