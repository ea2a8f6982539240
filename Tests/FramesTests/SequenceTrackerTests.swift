import Frames
import Testing

@Suite struct SequenceTrackerTests {
    /// Numbers as they arrive, and what they tell: missed, duplicates, reordered, restarts.
    static let cases: [(numbers: [UInt64], told: [UInt64])] = [
        ([], [0, 0, 0, 0]),
        ([7], [0, 0, 0, 0]),
        ([0, 1, 2, 3], [0, 0, 0, 0]),
        ([5, 6, 9], [2, 0, 0, 0]),
        ([0, 1, 1, 2], [0, 1, 0, 0]),
        ([0, 2, 1, 3], [0, 0, 1, 0]),
        ([0, 3, 1, 2, 4], [0, 0, 2, 0]),
        ([0, 3, 1, 1], [1, 1, 1, 0]),
        ([3, 2, 4], [0, 0, 1, 0]),
        ([0, 1, 2, 0, 1, 2], [0, 0, 0, 1]),
        ([0, 1, 2, 3, 0, 0, 1], [0, 1, 0, 1]),
        ([1000, 1001, 4, 5, 6], [0, 0, 0, 1]),
        ([0, 1, 100, 101, 0], [98, 0, 0, 1]),
        ([0, 70, 1], [68, 0, 1, 0]),
        // What is passed over for a broken connection is found again, however much that is.
        ([0, 4097, 1], [4095, 0, 1, 0]),
        ([0, 4097, 1, 1], [4095, 0, 1, 1]),
        ([0, 5000, 5001] + Array(1...4999), [0, 0, 4999, 0]),
        ([0, 5000] + Array((1...4999).reversed()), [0, 0, 4999, 0]),
        ([0, 5000, 2500, 2499, 2501, 5001], [4996, 0, 3, 0]),
        ([0, 1 << 20 + 1, 3], [1 << 20 - 1, 0, 1, 0]),
        ([0, 1 << 20 + 9, 3], [1 << 20 + 8, 0, 0, 1]),
        // A run that is short is not told from one that arrived, once it is far behind.
        ([0, 60, 5000, 1], [59 + 4939, 0, 0, 1]),
        ([0, 4096, 1], [4094, 0, 1, 0]),
        ([500, 501, 0, 1], [0, 0, 0, 1]),
        // A new connection overtakes what is left of the old one.
        ([0, 1, 200, 201] + Array(2...50) + [202], [149, 0, 49, 0]),
        ([.max - 1, .max, 0, 1], [0, 0, 0, 1]),
        ([0, .max], [.max - 1, 0, 0, 0]),
    ]

    @Test func `what a dead connection holds is read in between what its successor sends`() {
        var tracker = SequenceTracker()
        for number in 0..<10_000 as Range<UInt64> { tracker.note(number) }
        // 32,000 messages wait at the dead one; two of the new one's come for each of them.
        for left in 0..<32_000 as Range<UInt64> {
            tracker.note(42_000 + 2 * left)
            tracker.note(42_001 + 2 * left)
            tracker.note(10_000 + left)
        }
        #expect(tracker.missed == 0 && tracker.reordered == 32_000)
        #expect(tracker.duplicates == 0 && tracker.restarts == 0)
        // And a sender that really starts again is one.
        tracker.note(0)
        #expect(tracker.restarts == 1)
    }

    @Test func `only so many runs are remembered, and the oldest are forgotten first`() {
        var tracker = SequenceTracker()
        for run in 0..<40 as Range<UInt64> { tracker.note(10_000 * run) }
        tracker.note(390_000 - 5_000)
        #expect(tracker.restarts == 0 && tracker.reordered == 1)
        tracker.note(5_000)
        #expect(tracker.restarts == 1)
    }

    @Test(arguments: cases.indices)
    func `numbers tell what is missing, double, late and new`(index: Int) {
        var tracker = SequenceTracker()
        for number in Self.cases[index].numbers { tracker.note(number) }
        let told = [
            tracker.missed, tracker.duplicates, tracker.reordered, tracker.restarts,
        ]
        #expect(told == Self.cases[index].told, "\(Self.cases[index].numbers)")
    }
}
