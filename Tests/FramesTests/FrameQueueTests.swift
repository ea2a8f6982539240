import Frames
import Images
import Platform
import Synchronization
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

    @Test func `an image that cannot be decoded is booked, and what it has pushed out is reported`()
        throws
    {
        var intake = Intake(capacity: 2)
        for value in [10, 20] {
            try intake.take(
                header("\"msg\":\(value)"), payload: Array(repeating: UInt8(value), count: 4))
        }
        var payload = [UInt8](repeating: 0, count: 16)
        payload[15] = 0xC0  // -2
        let bad = try add(header(dtype: "float32"), payload: payload, to: &intake).bytes
        #expect(intake.queue.total.received == 3 && intake.queue.total.dropped == 1)
        var batch = Batch(capacity: 2, pixels: 4)
        intake.queue.claim(for: &batch)
        batch.fetch()
        var rejections: [RejectedMessage] = []
        batch.appendRejections(to: &rejections)
        #expect(
            rejections.map(\.reason) == [.outOfRange] && rejections[0].source.name == "endpoint")
        let (count, first) = (batch.count, batch.frame(0))
        #expect(count == 1 && first.sequence == 1 && first.droppedBefore == 1)
        intake.queue.settle(batch, [.normal])
        intake.queue.release(&batch)
        #expect(intake.queue.total.rejections == [.outOfRange: 1])
        #expect(intake.queue.total.isBalanced && intake.queue.total.inFlight == 0)
        #expect(bad.discards.load(ordering: .relaxed) == 1)
    }

    private static let large = header("\"msg\":\"\(String(repeating: "x", count: 1024))\"")

    @Test func `room is bytes as well: a large message takes what it weighs`() throws {
        let limits = QueueLimits(images: 10, bytes: 1000)
        #expect(limits.unit == 100)
        #expect(limits.room(images: 1, bytes: 7) == 1 && limits.room(images: 1, bytes: 101) == 2)
        #expect(limits.room(images: 5, bytes: 120) == 5)
        #expect(limits.room(images: 1, bytes: 1 << 40) == 10, "one that is too large goes alone")
        var intake = Intake()
        intake.queue = FrameQueue(limits: QueueLimits(images: 8, bytes: 8 * 128))
        // Header and pixels of an image take less than 128 bytes; with so long a header all room there is.
        for _ in 0..<8 { try intake.take(header(), topic: "small") }
        try intake.take(Self.large, topic: "large")
        #expect(intake.ledger("small")?.dropped == 8 && intake.ledger("large")?.waiting == 1)
        try intake.take(header(), topic: "small")
        #expect(intake.ledger("large")?.dropped == 1 && intake.ledger("small")?.waiting == 1)
    }

    @Test func `one large message that must not be dropped gets in while there is any room`() throws
    {
        var intake = Intake()
        intake.queue = FrameQueue(limits: QueueLimits(images: 8, bytes: 8 * 128))
        intake.policy = .block
        for _ in 0..<7 { try intake.take(header()) }
        try intake.take(Self.large)
        let hasRoom = intake.queue.hasRoom(for: .block)
        #expect(!hasRoom && intake.queue.count == 8 && intake.queue.total.dropped == 0)
        intake.settle()
        #expect(intake.queue.total.scored == 8)
    }

    @Test func `bytes are given back once, when the last image is decoded or dropped`() throws {
        var intake = Intake(capacity: 4)
        let payload = [UInt8](repeating: 0, count: 12)
        let first = try add(header(shape: "[3,2,2]"), payload: payload, to: &intake).bytes
        var batch = Batch(capacity: 2, pixels: 4)
        intake.queue.claim(for: &batch)
        batch.fetch()
        #expect(first.discards.load(ordering: .relaxed) == 0)
        // Its room is its own until its last image leaves, so it gives way to the next ones.
        let second = try add(header(shape: "[3,2,2]"), payload: payload, to: &intake).bytes
        #expect(first.discards.load(ordering: .relaxed) == 1)
        #expect(intake.queue.total.dropped == 1)
        let early = intake.queue.takeSpare() == nil
        #expect(early, "two of its images are still claimed")
        intake.queue.settle(batch, [.normal, .normal])
        intake.queue.release(&batch)
        let spare = intake.queue.takeSpare()
        #expect(spare === first)
        intake.settle()
        #expect(second.discards.load(ordering: .relaxed) == 1)
    }

    @Test func `a batch of pictures ends early, as who waits for one waits for all`() throws {
        let resize = Preprocessing(grayscale: .rgb, resize: ImageShape(rows: 2, columns: 2))
        var intake = Intake(preprocessing: resize)
        intake.queue = FrameQueue(limits: QueueLimits(images: 8, bytes: 1 << 26))
        let side = 1024
        let payload = [UInt8](repeating: 0, count: side * side * 3)
        for _ in 0..<3 {
            _ = try add(header(shape: "[\(side),\(side),3]"), payload: payload, to: &intake)
        }
        var batch = Batch(capacity: 8, pixels: 4)
        intake.queue.claim(for: &batch)
        batch.fetch()
        let count = batch.count
        #expect(count == 2 && intake.queue.count == 1)
    }

    /// Adds a message without looking at its images first.
    private func add(
        _ text: String, payload: [UInt8], to intake: inout Intake
    ) throws -> (bytes: ArrayBytes, admission: FrameQueue.Admission) {
        let (text, endpoint) = (Array(text.utf8), Array("endpoint".utf8))
        let message = try intake.decoder.open(
            topic: Span(), header: text.span, payload: payload.span, endpoint: endpoint.span)
        let bytes = ArrayBytes(header: text, payload: payload)
        let arrival = Arrival(received: UnixTime(nanoseconds: 0), whenFull: intake.policy)
        return (bytes, intake.queue.add(message, arrival, bytes: bytes))
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

    /// Many sources, both policies, good and bad images, messages of one or several, some being decoded
    /// while others come and go, batches of any size: after each step every account balances, what waits
    /// is what the queue holds, and each source's images keep the order of their arrival.
    @Test(arguments: [1, 2, 3, 7, 64])
    func `every frame is accounted for after every step`(capacity: Int) throws {
        var traffic = Traffic(capacity: capacity)
        for step in 0..<4000 {
            traffic.step(UInt64(step))
            let total = traffic.queue.total
            #expect(total.received == traffic.added && total.isBalanced)
            #expect(total.waiting == traffic.queue.count && total.waiting <= capacity + 6)
            #expect(total.scoring == traffic.scoring)
            #expect(traffic.queue.ledgers.allSatisfy { $0.isBalanced })
        }
        let total = traffic.queue.total
        let kept = traffic.queue.sources.indices.filter {
            ["s0", "s1"].contains(traffic.queue.sources[$0].name)
        }.map { traffic.queue.ledgers[$0] }
        #expect(kept.count == 2 && kept.allSatisfy { $0.dropped == 0 && $0.scored > 0 })
        #expect(total.dropped > 0 && total.rejected > 0 && total.scored > 0)
        let (during, left) = (traffic.addedDuringClaim, traffic.finish())
        #expect(during > 0, "nothing came while images were being decoded")
        #expect(left == 0, "a message's bytes were not given back, or twice")
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

    @Test func `a source that must wait keeps its place, whoever comes meanwhile`() throws {
        var intake = Intake(capacity: 2)
        intake.policy = .block
        for _ in 0..<2 { try intake.take(header(), topic: "full") }
        let admission = try add(
            header("\"source\":\"waits\""), payload: [0, 0, 0, 0], to: &intake
        ).admission
        #expect(admission == .mustWait && intake.queue.total.received == 2)
        intake.policy = .dropOldest
        try intake.take(header(), topic: "comes")
        intake.settle()
        intake.policy = .block
        try intake.take(header(), topic: "waits")
        #expect(intake.queue.sources.map(\.name) == ["full", "waits", "comes"])
        #expect(intake.names == ["waits"] && intake.ledger("comes")?.dropped == 1)
    }
}
