import Detection
import Foundation
import Tensors
import Testing
import VAE

@Suite struct ParetoTailTests {
    /// A score that is exceeded with probability `share`, of a law with this shape from 1 on.
    private func quantile(_ share: Double, _ shape: Double) -> Double {
        shape == 0 ? 1 - log(share) : 1 + (pow(share, -shape) - 1) / shape
    }

    private func sample(_ n: Int, _ shape: Double, seed: UInt64, sign: Float = 1) -> ScoreSample {
        var random = RandomNumbers(seed: seed)
        return ScoreSample(
            of: (0..<n).map { _ in
                sign * Float(quantile(Double(max(random.nextUniform(), 1e-7)), shape))
            })
    }

    private func tail(_ tails: DecisionRule.Tails, _ alpha: Double = 1e-4) -> DecisionRule {
        DecisionRule(score: .mse, method: .tail(alpha: alpha, tails: tails), health: [])
    }

    @Test(arguments: [-0.2, 0, 0.2])
    func `one in ten thousand is found from five thousand, in the middle of many calibrations`(
        shape: Double
    ) throws {
        let bounds = try (0..<60).map { seed in
            try DrawnRule(
                tail(.high), over: [.mse: sample(5000, shape, seed: UInt64(seed))]
            ).bounds.upper
        }.sorted()
        let exact = quantile(1e-4, shape)
        #expect(abs(bounds[30] - exact) < 0.12 * exact, "\(bounds[30]), \(exact)")
    }

    @Test func `a low tail is the mirror of a high one`() throws {
        let high = try DrawnRule(tail(.high), over: [.mse: sample(2000, 0.1, seed: 3)]).bounds
        let low = try DrawnRule(tail(.low), over: [.mse: sample(2000, 0.1, seed: 3, sign: -1)])
            .bounds
        #expect(abs(high.upper + low.lower) < 1e-9)
        #expect(high.lowerIfAny == nil && low.upperIfAny == nil)
    }

    @Test func `p-values go on beyond the calibration's scores, and fall`() throws {
        let sample = sample(2000, 0.1, seed: 3)
        let judge = try Judge(tail(.high, 1e-5), over: [.mse: sample])
        let bound = Float(judge.bounds.upper)
        let p = try #require(judge.decide(Scores(mse: bound)).p)
        #expect(abs(Double(p) - 1e-5) < 1e-7)
        let below = try #require(judge.decide(Scores(mse: sample.sorted[1500])).p)
        #expect(abs(Double(below) - 501 / 2001) < 1e-3)
        let values = (0..<40).map { sample.sorted[1700] + Float($0) * 0.5 }
        let ps = values.map { judge.decide(Scores(mse: $0)).p ?? 2 }
        #expect(zip(ps, ps.dropFirst()).allSatisfy { $0 >= $1 }, "\(ps)")
    }

    @Test func `its interval holds the truth in most calibrations`() throws {
        let exact = quantile(1e-4, 0.1)
        let hits = try (0..<40).count { seed in
            let sample = sample(5000, 0.1, seed: UInt64(1000 + seed))
            let drawn = try DrawnRule(tail(.high), over: [.mse: sample])
            let interval = try #require(drawn.clauses[0].interval(1e-4))
            return interval.contains(exact)
        }
        #expect(hits >= 34, "\(hits) of 40")
    }

    @Test func `scores that are all equal in the tail have none`() {
        let equal = ScoreSample(of: (0..<1000).map { $0 < 800 ? Float($0) : 2000 })
        #expect(throws: CalibrationError.self) {
            try DrawnRule(tail(.high), over: [.mse: equal])
        }
    }
}
