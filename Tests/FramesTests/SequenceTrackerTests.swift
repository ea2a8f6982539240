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
        ([0, 4097, 1], [4096, 0, 0, 1]),
        ([0, 4096, 1], [4094, 0, 1, 0]),
        ([500, 501, 0, 1], [0, 0, 0, 1]),
        // A new connection overtakes what is left of the old one.
        ([0, 1, 200, 201] + Array(2...50) + [202], [149, 0, 49, 0]),
        ([.max - 1, .max, 0, 1], [0, 0, 0, 1]),
        ([0, .max], [.max - 1, 0, 0, 0]),
    ]

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
