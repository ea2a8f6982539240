import Tensors
import TestSupport
import Testing
import VAE

@Suite struct ScorerTests {
    @Test(arguments: [
        ([16], Likelihood.bernoulli), ([16, 12], .bernoulli), ([16], .gaussian(variance: 0.1)),
    ])
    func `scores are what the formulas give in double precision`(
        hidden: [Int], likelihood: Likelihood
    ) {
        let parameters = Parameters(
            Architecture(inputs: 20, hidden: hidden, latent: 4, likelihood: likelihood))
        parameters.initialize(seed: 3)
        forEachElement(parameters.buffer) { $0 *= 3 }
        let images = randomBatch(9, pixels: 20, seed: 5)
        let scorer = Scorer(Weights(parameters), capacity: 9)
        scorer.score(images)
        for row in 0..<9 {
            let expected = ReferenceScores(
                Weights(parameters), images.rows(row..<(row + 1)).elements)
            let ours = scorer.scores[row]
            for (function, value) in expected.byFunction {
                let deviation = abs(Double(ours[function]) - value) / max(1, abs(value))
                #expect(deviation < 2e-6, "\(function) of row \(row)")
            }
        }
    }

    /// Where a product has one row, oneDNN multiplies a matrix by a vector and adds in another order.
    ///
    /// Measured: equal bits for all sizes but 1, which deviates by at most 1.4e-6.
    private static let tolerance: Float = 4e-6

    @Test(arguments: [1, 2, 3, 7, 16, 33, 64])
    func `an image scores the same in batches of any size`(size: Int) {
        // The paper's model, so that oneDNN takes the code paths that it takes in service.
        let parameters = Parameters(Architecture())
        parameters.initialize(seed: 1)
        let images = randomBatch(64, pixels: 784, seed: 2)
        let scorer = Scorer(Weights(parameters), capacity: 64)
        scorer.score(images)
        let together = scorer.scores
        for first in stride(from: 0, to: 64 - size + 1, by: size) {
            scorer.score(images.rows(first..<(first + size)))
            for (ours, expected) in zip(scorer.scores[..<size], together[first...]) {
                for function in ScoreSet.standard.functions {
                    let deviation = abs(ours[function] - expected[function])
                    #expect(
                        deviation <= Self.tolerance * expected[function], "\(function.rawValue)")
                }
            }
        }
    }

    @Test func `equal images score equally, bit for bit, in every row and every time`() {
        let parameters = Parameters(Architecture())
        parameters.initialize(seed: 1)
        let image = randomBatch(1, pixels: 784, seed: 2)
        let images = Matrix(rows: 33, columns: 784)
        for row in 0..<33 { images.rows(row..<(row + 1)).copy(from: image) }
        let scorer = Scorer(Weights(parameters), capacity: 33)
        scorer.score(images)
        let first = scorer.scores
        #expect(Set(first).count == 1)
        scorer.score(images)
        #expect(scorer.scores == first)
    }

    @Test func `rows beyond the batch keep their scores`() {
        let scorer = Scorer(smallModel().weights, capacity: 8)
        scorer.score(randomBatch(8, pixels: 4, seed: 1))
        let before = scorer.scores
        scorer.score(randomBatch(3, pixels: 4, seed: 2))
        #expect(scorer.scores[3...] == before[3...])
        #expect(scorer.scores[..<3] != before[..<3])
        scorer.score(Matrix(rows: 0, columns: 4))
        #expect(scorer.scores.count == 8)
    }

    @Test func `an earlier batch leaves no trace`() {
        let images = randomBatch(5, pixels: 4, seed: 3)
        let (fresh, used) = (
            Scorer(smallModel().weights, capacity: 5),
            Scorer(smallModel().weights, capacity: 5)
        )
        used.score(randomBatch(5, pixels: 4, seed: 4))
        used.score(images)
        fresh.score(images)
        #expect(used.scores == fresh.scores)
    }

    @Test func `more images than the capacity are a bug`() async {
        await #expect(processExitsWith: .failure) {
            Scorer(smallModel().weights, capacity: 2).score(Matrix(rows: 3, columns: 4))
        }
    }

    @Test func `images of another size are a bug`() async {
        await #expect(processExitsWith: .failure) {
            Scorer(smallModel().weights, capacity: 2).score(Matrix(rows: 1, columns: 5))
        }
    }

    @Test func `8-bit images are scored batch by batch, each divided by 255`() {
        let scorer = Scorer(smallModel().weights, capacity: 4)
        var visits: [Int] = []
        let all = scorer.scores(ofImages: randomImages(10, pixels: 4, seed: 6), count: 10) {
            visits.append($0)
        }
        #expect(visits == [4, 4, 2])
        let whole = Scorer(smallModel().weights, capacity: 10)
        whole.score(randomBatch(10, pixels: 4, seed: 6))
        #expect(all == whole.scores)
    }

    @Test func `a score that is not a number is found`() {
        var scores = Scores(mse: 1, nll: 2, kl: 3, elbo: 4)
        #expect(scores.isFinite)
        scores[.kl] = .infinity
        #expect(!scores.isFinite)
        scores[.elbo] = -.infinity
        #expect(!scores.isFinite)
        scores = Scores(mse: .nan, nll: 2, kl: 3, elbo: 4)
        #expect(!scores.isFinite)
    }
}
