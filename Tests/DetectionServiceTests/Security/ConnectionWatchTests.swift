import DetectionService
import Frames
import Platform
import Testing

@Suite struct ConnectionWatchTests {
    private let mebibyte = 1 << 20
    private var watch = ConnectionWatch(
        resident: 50 << 20, budget: 100 << 20, messageLimit: 1 << 20)

    /// Looks while so many mebibytes are resident and have arrived on connections 3, 4, …; the
    /// descriptors of the culprits.
    private mutating func look(_ resident: Int, arrived: Double...) -> [CInt] {
        watch.look(resident: resident << 20) {
            arrived.enumerated().map { index, mebibytes in
                TCPConnection(
                    descriptor: CInt(index + 3), identity: UInt64(index + 100),
                    received: UInt64(mebibytes * 1_048_576))
            }
        }.map(\.descriptor)
    }

    @Test mutating func `while memory keeps still nothing is watched`() {
        for turn in 0..<300 {
            #expect(look(56, arrived: Double(turn)) == [])
            #expect(!watch.isWatching)
        }
    }

    @Test mutating func `what fills the memory is cut, what delivers is not`() {
        #expect(look(57, arrived: 500, 900, 0) == [] && watch.isWatching)
        watch.noteDelivery(from: 3)
        #expect(look(66, arrived: 550, 910, 0) == [])
        #expect(look(67, arrived: 600, 912, 1) == [4])
        #expect(!watch.isWatching)
        // The memory is given the time to come back before anybody else is blamed.
        for _ in 0..<ConnectionWatch.recovery {
            #expect(look(80, arrived: 700, 912, 30) == [])
        }
        #expect(look(55, arrived: 700, 912, 40) == [] && !watch.isWatching)
    }

    @Test mutating func `subscriptions take more memory than they have bytes`() {
        #expect(look(60, arrived: 0.2, 0) == [])
        #expect(look(74, arrived: 0.6, 0.3) == [3])
    }

    @Test mutating func `behind a port that waits for scoring whole messages lie`() {
        #expect(look(60, arrived: 0, 0) == [])
        watch.note(EndpointIndex(0), isWaiting: true)
        #expect(look(80, arrived: 1.9, 2.1) == [4])
    }

    @Test mutating func `a port that waited before the last look excuses nobody`() {
        watch.note(EndpointIndex(0), isWaiting: true)
        #expect(look(60, arrived: 0, 0) == [])
        watch.note(EndpointIndex(0), isWaiting: false)
        #expect(look(65, arrived: 0.5, 0.6) == [])
        #expect(look(80, arrived: 0.9, 0.1) == [3])
    }

    @Test mutating func `slow growth is borne up to the budget and then blamed once a window`() {
        var resident = 50
        var culprits: [CInt] = []
        for turn in 0..<(20 * ConnectionWatch.window) where culprits.isEmpty {
            if turn % 20 == 0 { resident += 1 }
            culprits = look(resident, arrived: Double(turn) / 20)
        }
        #expect(culprits == [3] && 100...120 ~= resident, "\(resident)")
    }

    @Test mutating func `all that has arrived on a connection made meanwhile counts`() {
        _ = look(60, arrived: 300)
        #expect(look(80, arrived: 300, 5) == [4])
    }
}
