import DetectionService
import Platform
import Testing

@Suite struct ConnectionWatchTests {
    private var watch = ConnectionWatch(
        resident: 50 << 20, .init(budget: 100 << 20, message: 16 << 20, waiting: 24 << 20))

    /// Looks while so many mebibytes are resident and wait on connections 3, 4, …; the culprits.
    private mutating func look(
        _ resident: Int, waiting: Double...
    ) -> [CInt: ConnectionWatch.Proof] {
        let culprits = watch.look(resident: resident << 20) {
            waiting.enumerated().map { index, mebibytes in
                PeerConnection(
                    descriptor: CInt(index + 3), identity: UInt64(index + 100),
                    undelivered: Int(mebibytes * 1_048_576))
            }
        }
        return Dictionary(culprits.map { ($0.connection.descriptor, $0.proof) }) { $1 }
    }

    @Test mutating func `growth alone is nobody's fault, whatever a message has`() {
        for turn in 0..<2000 {
            #expect(look(50 + turn % 49, waiting: min(16, Double(turn) / 10)).isEmpty)
        }
    }

    @Test mutating func `more than a message that nobody received is proof, at once`() {
        #expect(look(57, waiting: 1, 900).keys.sorted() == [4])
        #expect(look(67, waiting: 16, 0).isEmpty)
        #expect(
            look(67, waiting: 17.5, 0) == [3: .beyondLimit(bytes: 35 << 19, limit: 17 << 20)])
    }

    @Test mutating func `it shows within a second even if the memory keeps still`() {
        var found: [CInt] = []
        for _ in 0..<ConnectionWatch.period where found.isEmpty {
            found = look(50, waiting: 0, 30).keys.sorted()
        }
        #expect(found == [4])
    }

    @Test mutating func `behind a port that waits for scoring whole messages lie`() {
        watch.note(isPortWaiting: true)
        #expect(look(60, waiting: 0, 40).isEmpty)
        #expect(look(67, waiting: 0, 42).keys.sorted() == [4])
        watch.note(isPortWaiting: false)
        // It waited since the last look, so what lies there was allowed.
        #expect(look(74, waiting: 0, 18).isEmpty)
        #expect(look(81, waiting: 0, 18).keys.sorted() == [4])
    }

    @Test mutating func `over the budget, the one of which most waits goes first`() {
        #expect(look(104, waiting: 0, 12, 3, 0.9) == [4: .undelivered(bytes: 12 << 20)])
        // The memory is given the time to come back before anybody else is blamed.
        for _ in 1..<ConnectionWatch.recovery { #expect(look(104, waiting: 0, 0, 3).isEmpty) }
        #expect(look(102, waiting: 0, 0, 3, 0.9) == [5: .undelivered(bytes: 3 << 20)])
    }

    @Test mutating func `over the budget nobody is cut for little, or next to one who holds much`()
    {
        #expect(look(150, waiting: 0.9, 0.8).isEmpty)
        #expect(look(150, waiting: 16, 1.5).keys.sorted() == [3])
    }

    @Test mutating func `a larger model raises the budget`() {
        watch.budget = 200 << 20
        #expect(look(150, waiting: 16, 1.5).isEmpty)
    }

    @Test func `a proof is a sentence`() {
        let proofs: [ConnectionWatch.Proof] = [
            .beyondLimit(bytes: 18 << 20, limit: 17 << 20), .undelivered(bytes: 12 << 20),
        ]
        #expect(
            proofs.map(\.description) == [
                "18 MiB arrived and were not received, where one may have 17",
                "the memory is over its budget, and 12 MiB arrived on it and were not received",
            ])
    }
}
