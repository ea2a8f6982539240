import Replay
import Testing

@Suite struct MixtureTests {
    @Test(
        arguments: [
            (10_000, 0.5, 5000), (10, 0.25, 3), (10, 0.24, 2), (7, 0, 0), (7, 1, 7), (1, 0.5, 1),
            (3, 0.1, 0), (99_999, 0.001, 100),
        ] as [(Int, Double, Int)])
    func `the number of anomalous frames is exact`(count: Int, share: Double, anomalous: Int) {
        for seed in 1...20 as ClosedRange<UInt64> {
            let mixture = Mixture(count: count, share: share, seed: seed)
            #expect(mixture.count == count)
            #expect(mixture.isAnomalous.count { $0 } == anomalous)
        }
    }

    @Test func `a seed always gives the same places and another seed others`() {
        let mixture = Mixture(count: 1000, share: 0.5, seed: 7)
        #expect(mixture == Mixture(count: 1000, share: 0.5, seed: 7))
        #expect(mixture != Mixture(count: 1000, share: 0.5, seed: 8))
    }

    @Test func `the places of a seed are the same in every version`() {
        let text = Mixture(count: 24, share: 0.5, seed: 1).isAnomalous.map { $0 ? "a" : "n" }
        #expect(text.joined() == "aaannnanananaanaannnanan")
    }

    @Test func `anomalous frames are everywhere, not in blocks`() {
        let mixture = Mixture(count: 100_000, share: 0.5, seed: 3)
        for start in stride(from: 0, to: 100_000, by: 10_000) {
            // Nine standard deviations of a fair draw.
            let anomalous = mixture.isAnomalous[start..<(start + 10_000)].count { $0 }
            #expect((4550...5450).contains(anomalous))
        }
    }
}
