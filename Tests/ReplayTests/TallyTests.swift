import Replay
import Testing

@Suite struct TallyTests {
    /// Frames 0, 2, 4 … are normal and the others anomalous; all are sent at time 1000.
    private func sent(_ count: Int, of total: Int? = nil) -> Tally {
        var tally = Tally(Mixture(count: total ?? count, share: 0.5, seed: 1))
        for _ in 0..<count { tally.noteSent(due: 1000) }
        return tally
    }

    private func answer(
        _ tally: inout Tally, _ sequences: [Int], isAnomaly: Bool = false, at now: UInt64 = 2000
    ) {
        for sequence in sequences {
            tally.noteVerdict(sequence, isAnomaly: isAnomaly, score: Float(sequence), at: now)
        }
    }

    @Test func `frames without a verdict are outstanding`() {
        var tally = sent(10, of: 20)
        answer(&tally, [0, 1, 2, 5, 6, 7, 8])
        #expect(tally.sent == 10)
        #expect(tally.verdicts == 7)
        #expect(tally.outstanding == 3)
        #expect(tally.outOfOrder == 0)
    }

    @Test func `a second verdict is a duplicate and changes nothing`() {
        var tally = sent(3)
        answer(&tally, [0, 1])
        answer(&tally, [1, 0, 1], isAnomaly: true, at: 9000)
        #expect(tally.duplicates == 3)
        #expect(tally.verdicts == 2)
        #expect(tally.flagged == 0)
        #expect(tally.outOfOrder == 0)
        #expect(tally.latency(percentile: 100) == 1000)
        #expect(tally.span.end == 2000)
    }

    @Test func `verdicts behind a newer one are out of order`() {
        var tally = sent(6)
        answer(&tally, [0, 3, 1, 2, 5, 4])
        #expect(tally.outOfOrder == 3)
        #expect(tally.outstanding == 0)
    }

    @Test func `a verdict on a frame that was not sent is a stray`() {
        var tally = sent(3, of: 10)
        answer(&tally, [3, 9, 1_000_000, Int.max])
        tally.noteStray()
        #expect(tally.strays == 5)
        #expect(tally.verdicts == 0)
    }

    @Test func `errors are counted by reason and are not lost`() {
        var tally = sent(5)
        answer(&tally, [0, 4])
        tally.noteError("bad_shape")
        tally.noteError("bad_shape")
        tally.noteError("no_dtype")
        #expect(tally.errors == ["bad_shape": 2, "no_dtype": 1])
        #expect(tally.errorCount == 3)
        #expect(tally.outstanding == 0)
        tally.noteError("no_dtype")
        #expect(tally.outstanding == 0)
    }

    @Test func `latency counts from when a frame was due`() {
        var tally = Tally(Mixture(count: 3, share: 0, seed: 1))
        for due in [1000, 2000, 3000] as [UInt64] { tally.noteSent(due: due) }
        answer(&tally, [0], at: 1500)
        answer(&tally, [1], at: 4000)
        // Clocks that disagree must not trap.
        answer(&tally, [2], at: 2999)
        #expect(tally.latency(percentile: 10) == 0)
        #expect(tally.latency(percentile: 50) == 500)
        #expect(tally.latency(percentile: 100) == 2000)
        #expect(tally.span == (1000, 2999))
    }

    @Test func `a latency beyond an hour counts as an hour`() {
        var tally = sent(1)
        answer(&tally, [0], at: .max)
        #expect(tally.latency(percentile: 100) == 3_600_000_000_000)
    }

    @Test func `late frames are counted`() {
        var tally = Tally(Mixture(count: 3, share: 0, seed: 1))
        for isLate in [true, false, true] { tally.noteSent(due: 0, isLate: isLate) }
        #expect(tally.late == 2)
    }

    @Test func `outcomes are told by what a frame is`() {
        let mixture = Mixture(count: 8, anomalous: 4, seed: 5)
        var tally = Tally(mixture)
        for _ in 0..<8 { tally.noteSent(due: 0) }
        for sequence in 0..<7 {
            let isAnomaly = mixture.isAnomalous[sequence] != (sequence == 2)
            answer(&tally, [sequence], isAnomaly: isAnomaly)
        }
        let outcomes = [false, true].map { tally.outcome(anomalous: $0) }
        #expect(outcomes.map(\.judged).reduce(0, +) == 7)
        #expect(outcomes.map(\.unanswered).reduce(0, +) == 1)
        #expect(outcomes[mixture.isAnomalous[7] ? 1 : 0].unanswered == 1)
        #expect(outcomes[0].flagged == (mixture.isAnomalous[2] ? 0 : 1))
        #expect(outcomes[1].passed == (mixture.isAnomalous[2] ? 1 : 0))
        let scores = (0..<7).filter { mixture.isAnomalous[$0] }.map(Float.init)
        #expect(outcomes[1].scores == scores)
    }
}
