import Detection
import Testing

@Suite struct DistributionTests {
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
    ) {
        let distribution = Distribution(of: scores, k: k)
        #expect(distribution.n == scores.count)
        #expect(distribution.mu == mu)
        #expect(abs(distribution.sigma - sigma) < 1e-15)
        #expect(abs(distribution.lower - (mu - k * sigma)) < 1e-14)
        #expect(abs(distribution.upper - (mu + k * sigma)) < 1e-14)
        #expect(distribution.sorted == scores.sorted())
    }

    @Test func `the bounds themselves are within`() {
        let distribution = Distribution(of: [1, 2, 3], k: 2)
        for score in [0, 4, 2] as [Float] { #expect(distribution.contains(score)) }
        for score in [-0.001, 4.001, .infinity, -.infinity, .nan] as [Float] {
            #expect(!distribution.contains(score))
        }
    }

    @Test func `one score has no deviation`() async {
        await #expect(processExitsWith: .failure) { _ = Distribution(of: [1], k: 2) }
    }
}
