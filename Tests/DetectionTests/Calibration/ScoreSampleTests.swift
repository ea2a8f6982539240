import Detection
import Testing
import VAE

@Suite struct ScoreSampleTests {
    @Test(
        arguments: [
            ([1, 2, 3], 2.0, 2.0, 1.0), ([3, 1, 2], 2, 2, 1),
            ([2, 4, 4, 4, 5, 5, 7, 9], 1.5, 5, 2.138089935299395),
            ([5, 5, 5], 3, 5, 0), ([-1, 1], 1, 0, 1.4142135623730951),
            // In single precision the sum of squares would lose everything.
            ([10_000_000, 10_000_001, 10_000_002], 2, 10_000_001, 1),
        ] as [([Float], Double, Double, Double)])
    func `mean, deviation and bounds are the textbook's`(
        scores: [Float], k: Double, mu: Double, sigma: Double
    ) throws {
        let sample = ScoreSample(of: scores)
        let bounds = try DrawnRule(.sigma(score: .mse, k: k), over: [.mse: sample]).bounds
        #expect(sample.n == scores.count)
        #expect(sample.mu == mu)
        #expect(abs(sample.sigma - sigma) < 1e-15)
        #expect(abs(bounds.lower - (mu - k * sigma)) < 1e-14)
        #expect(abs(bounds.upper - (mu + k * sigma)) < 1e-14)
        #expect(sample.sorted == scores.sorted())
    }

    @Test func `one score has no deviation`() async {
        await #expect(processExitsWith: .failure) { _ = ScoreSample(of: [1]) }
    }
}
