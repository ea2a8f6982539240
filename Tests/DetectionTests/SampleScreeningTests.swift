import Detection
import Foundation
import Tensors
import Testing
import VAE

@Suite struct SampleScreeningTests {
    /// Scores distributed normally, without chance: the quantiles at equal distances.
    private func normal(_ count: Int, mu: Double = 0.009, sigma: Double = 0.001) -> [Scores] {
        (0..<count).map { index in
            // Box and Muller's way, by two low-discrepancy sequences.
            let u = (Double(index) + 0.5) / Double(count)
            let v = (Double(index) * 0.618_033_988_749_894_9).truncatingRemainder(dividingBy: 1)
            let z = (-2 * log(u)).squareRoot() * cos(2 * .pi * v)
            return Scores(mse: Float(mu + sigma * z))
        }
    }

    private func sample(_ scores: [Scores]) -> ScoreSample { ScoreSample(of: scores.map(\.mse)) }

    @Test func `nothing is left out of clean scores, so mean and deviation are the plain ones`() {
        let scores = normal(2000)
        let screening = SampleScreening(scores, decidingBy: .mse)
        #expect(screening.strange == 0 && screening.doubts.isEmpty)
        #expect(sample(screening.kept) == sample(scores))
    }

    @Test(arguments: [0.05, 0.3, 1000])
    func `one strange frame in a hundred does not move the bounds`(score: Float) {
        let clean = normal(990)
        let mixed = clean + Array(repeating: Scores(mse: score), count: 10)
        let screening = SampleScreening(mixed, decidingBy: .mse)
        #expect(screening.strange == 10 && screening.doubts.isEmpty)
        let (kept, plain) = (sample(screening.kept), sample(clean))
        #expect(abs(kept.mu - plain.mu) < 0.01 * plain.sigma)
        #expect(abs(kept.sigma - plain.sigma) < 0.01 * plain.sigma)
        #expect(sample(mixed).sigma > 2 * plain.sigma)
    }

    @Test func `statistics that decide nothing leave no frame out`() {
        var scores = normal(200)
        for index in scores.indices { scores[index][.spike] = 1 + Float(index % 20) }
        scores[7][.spike] = 5000
        #expect(SampleScreening(scores, decidingBy: .mse).strange == 0)
        #expect(SampleScreening(scores, decidingBy: .spike).strange == 1)
    }

    @Test func `frames that are strange by another score are left out as well`() {
        var scores = normal(200)
        for index in scores.indices { scores[index][.nll] = 70 + Float(index % 20) }
        scores[7][.nll] = 5000
        let screening = SampleScreening(scores, decidingBy: .mse)
        #expect(screening.strange == 1 && screening.kept.allSatisfy { $0.nll < 100 })
    }

    @Test func `what says little about normal scores is doubted with numbers`() {
        #expect(SampleScreening(normal(29), decidingBy: .mse).doubts == [.few(29)])
        let parked = Array(repeating: Scores(mse: 0.01), count: 500)
        #expect(
            SampleScreening(parked, decidingBy: .mse).doubts == [.equal(distinct: 1, of: 500)])
        let loop = (0..<1000).map { Scores(mse: 0.01 + Float($0 % 15) * 0.001) }
        #expect(
            SampleScreening(loop, decidingBy: .mse).doubts == [.equal(distinct: 15, of: 1000)])
        let frozen = normal(400) + Array(repeating: Scores(mse: 0.009), count: 600)
        #expect(
            SampleScreening(frozen, decidingBy: .mse).doubts.contains {
                if case .equal = $0 { true } else { false }
            })
        let mixed = normal(900) + Array(repeating: Scores(mse: 0.3), count: 100)
        #expect(
            SampleScreening(mixed, decidingBy: .mse).doubts == [.strange(100, of: 1000)])
        let two = SampleScreening(Array(normal(2)), decidingBy: .mse)
        #expect(two.doubts.contains(.few(2)))
        #expect(SampleDoubt.few(2).description.hasPrefix("2 images are too few"))
    }

    @Test(arguments: ["mnist", "mnist-denoising", "mnist-2d"])
    func `the scores of the bundled models are not doubted`(model: String) throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let file = folder.appendingPathComponent("models/\(model)/calibration.json")
        let calibration = try Calibration(decoding: [UInt8](Data(contentsOf: file)))
        #expect(SampleScreening.doubts(about: calibration.sample).isEmpty)
        // Within 2 % of the plain deviation, by the score that decides.
        let scores = calibration.sample.sorted.map { Scores(mse: $0) }
        let kept = sample(SampleScreening(scores, decidingBy: .mse).kept)
        #expect(abs(kept.sigma / calibration.sample.sigma - 1) < 0.02)
        #expect(abs(kept.mu - calibration.sample.mu) < 0.02 * calibration.sample.sigma)
    }
}
