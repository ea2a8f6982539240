import DetectionService
import Platform
import Testing

@Suite struct ConnectionWatchTests {
    private var watch = ConnectionWatch(
        resident: 50 << 20,
        .init(budget: 100 << 20, message: 16 << 20, waiting: 24 << 20, publishing: [5556]))

    /// Looks while so many mebibytes are resident and were read on connections 3, 4, …; the culprits.
    private mutating func look(
        _ resident: Int, read: Double..., port: UInt16 = 5555
    ) -> [CInt: ConnectionWatch.Proof] {
        let culprits = watch.look(resident: resident << 20) {
            read.enumerated().map { index, mebibytes in
                TCPConnection(
                    descriptor: CInt(index + 3), identity: UInt64(index + 100),
                    read: UInt64(mebibytes * 1_048_576), localPort: port)
            }
        }
        return Dictionary(culprits.map { ($0.connection.descriptor, $0.proof) }) { $1 }
    }

    @Test mutating func `whoever delivers may send what it likes, however the memory grows`() {
        for turn in 0..<1000 {
            let sent = 10 * Double(turn)
            watch.noteDelivery(from: 3)
            watch.noteDelivery(from: 4)
            #expect(look(50 + turn % 45, read: sent, sent).isEmpty)
        }
    }

    @Test
    mutating func `growth alone is nobody's fault, and a message may come as slowly as it likes`() {
        for turn in 0..<2000 {
            #expect(look(50 + turn % 49, read: min(16, Double(turn) / 10)).isEmpty)
        }
    }

    @Test mutating func `more than a message since the last one is proof, at once`() {
        #expect(look(57, read: 1, 900).keys.sorted() == [4])
        watch.noteDelivery(from: 3)
        #expect(look(66, read: 500, 0).isEmpty)
        #expect(look(67, read: 516, 0).isEmpty)
        #expect(
            look(67, read: 517.5, 0)
                == [3: .beyondLimit(bytes: 35 << 19, limit: 17 << 20)])
    }

    @Test mutating func `it shows within a second even if the memory keeps still`() {
        var found: [CInt] = []
        for _ in 0..<ConnectionWatch.period where found.isEmpty {
            found = look(50, read: 0, 30).keys.sorted()
        }
        #expect(found == [4])
    }

    @Test mutating func `behind a port that waits for scoring whole messages lie`() {
        watch.note(isPortWaiting: true)
        #expect(look(60, read: 0, 40).isEmpty)
        #expect(look(67, read: 0, 42).keys.sorted() == [4])
        watch.note(isPortWaiting: false)
        // It waited since the last look, so what lies there was allowed.
        #expect(look(74, read: 0, 18).isEmpty)
        #expect(look(81, read: 0, 18).keys.sorted() == [4])
    }

    @Test mutating func `subscriptions take more memory than they have bytes`() {
        #expect(look(60, read: 0.2, 0, port: 5556).isEmpty)
        #expect(look(74, read: 0.6, 0.4, port: 5556) == [3: .subscriptions(bytes: 629_145)])
    }

    @Test mutating func `over the budget, who holds most of a message without an end goes first`() {
        _ = look(60, read: 0.1, 9, 3, 0.5)
        watch.noteDelivery(from: 3)
        #expect(
            look(104, read: 800, 12, 3, 0.9) == [4: .undelivered(bytes: 12 << 20, growing: true)])
        // The memory is given the time to come back before anybody else is blamed.
        for _ in 1..<ConnectionWatch.recovery { #expect(look(104, read: 800, 0, 3, 0.9).isEmpty) }
        #expect(
            look(102, read: 800, 0, 3, 0.9) == [5: .undelivered(bytes: 3 << 20, growing: false)])
    }

    @Test mutating func `over the budget nobody is cut for little, or next to one who holds much`()
    {
        #expect(look(150, read: 0.9, 0.8).isEmpty)
        #expect(look(150, read: 16, 1.5).keys.sorted() == [3])
    }

    @Test mutating func `a larger model raises the budget`() {
        watch.budget = 200 << 20
        #expect(look(150, read: 16, 1.5).isEmpty)
    }

    @Test func `a proof is a sentence`() {
        let proofs: [ConnectionWatch.Proof] = [
            .beyondLimit(bytes: 18 << 20, limit: 17 << 20), .subscriptions(bytes: 600 << 10),
            .undelivered(bytes: 12 << 20, growing: false),
        ]
        #expect(
            proofs.map(\.description) == [
                "18 MiB arrived since its last message, where one may have 17",
                "it sent 600 KiB of subscriptions, where a client may send 512",
                "the memory is over its budget, and it holds 12 MiB of a message that has no end "
                    + "and does not grow",
            ])
    }
}
