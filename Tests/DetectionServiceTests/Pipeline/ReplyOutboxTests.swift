import Frames
import Testing

@testable import DetectionService

@Suite struct ReplyOutboxTests {
    private var outbox = ReplyOutbox()
    /// Replies that each sender still has room for; no sender of another name is there.
    private var room: [UInt8: Int] = [:]
    private var delivered: [[UInt8]] = []

    private func reply(_ sender: UInt8) -> ReplyAddress {
        ReplyAddress(endpoint: EndpointIndex(0), envelope: [[sender], []], images: 1)
    }

    private mutating func deliver(_ reply: ReplyAddress, _ line: [UInt8]) -> ReplyOutbox.Outcome {
        let sender = reply.envelope[0][0]
        guard let left = room[sender] else { return .gone }
        guard left > 0 else { return .full }
        room[sender] = left - 1
        delivered.append([sender] + line.prefix(1))
        return .sent
    }

    private mutating func send(_ sender: UInt8, _ line: [UInt8]) {
        var (box, test) = (outbox, self)
        box.send(reply(sender), line) { test.deliver($0, $1) }
        (self, outbox) = (test, box)
    }

    private mutating func flush() {
        var (box, test) = (outbox, self)
        box.flush { test.deliver($0, $1) }
        (self, outbox) = (test, box)
    }

    @Test mutating func `who reads gets all replies in their order, whoever else does not`() {
        room = [1: 1, 2: 0]
        for line in 1...4 as ClosedRange<UInt8> {
            send(1, [line])
            send(2, [line])
        }
        #expect(delivered == [[1, 1]] && !outbox.isEmpty)
        room[1] = 2
        flush()
        #expect(delivered == [[1, 1], [1, 2], [1, 3]])
        room = [1: 9, 2: 9]
        flush()
        #expect(delivered.suffix(5) == [[2, 1], [2, 2], [2, 3], [1, 4], [2, 4]])
        #expect(outbox.isEmpty && outbox.dropped == 0)
        send(1, [5])
        #expect(delivered.last == [1, 5])
    }

    @Test mutating func `one that never reads has so many bytes, and then loses replies`() {
        room = [1: 0]
        let mebibyte = [UInt8](repeating: 7, count: 1 << 20)
        for _ in 0..<10 { send(1, mebibyte) }
        #expect(outbox.dropped == 6)
        room[1] = 100
        flush()
        #expect(delivered.count == 4 && outbox.isEmpty)
    }

    @Test mutating func `many of them share a room, and a lone reply may be long`() {
        let large = [UInt8](repeating: 7, count: 5 << 20)
        for sender in 0..<6 as Range<UInt8> {
            room[sender] = 0
            send(sender, large)
        }
        #expect(outbox.dropped == 3)
        room = [:]
        flush()
        #expect(outbox.isEmpty && delivered.isEmpty, "who is gone waits for nothing")
    }
}
