import Detection
import Tensors
import Testing
import VAE

@Suite struct CertificateTests {
    /// Against sums of the binomial law, and the arcsine law.
    @Test(
        arguments: [
            (1, 5000, 0.001, 0.9932789), (34, 4967, 0.01, 0.9932394), (50, 951, 0.05, 0.5202589),
            (0.5, 0.5, 0.25, 0.3333333), (2, 3, 0.4, 0.5248), (450, 9551, 0.05, 0.9905805),
        ] as [(Double, Double, Double, Double)])
    func `the beta law is the known one`(a: Double, b: Double, x: Double, probability: Double) {
        let law = BetaLaw(a, b)
        #expect(abs(law.probability(atMost: x) - probability) < 1e-6)
        let back = law.quantile(law.probability(atMost: x))
        #expect(abs(back - x) < 1e-9)
        #expect(law.probability(atMost: 0) == 0 && law.probability(atMost: 1) == 1)
    }

    @Test(
        arguments: [
            (1000, 0.05, 35), (1000, 0.01, 3), (5000, 0.01, 34), (10_000, 0.05, 450),
            (10_000, 0.01, 78), (10_000, 0.001, 3), (50_000, 0.001, 34),
        ])
    func `the rank is the largest that keeps the promise`(n: Int, alpha: Double, rank: Int) throws {
        let certificate = try Certificate(n: n, alpha: alpha, confidence: 0.99)
        #expect(certificate.ranks == rank)
        #expect(BetaLaw(rank: rank, of: n).probability(atMost: alpha) >= 0.99)
        #expect(BetaLaw(rank: rank + 1, of: n).probability(atMost: alpha) < 0.99)
    }

    @Test func `what cannot be promised is refused with what it would take`() throws {
        do {
            _ = try Certificate(n: 1000, alpha: 0.001, confidence: 0.99)
            Issue.record("too few images gave a certificate")
        } catch {
            #expect(
                error.description.contains("1000 images cannot promise at most 0.1 %")
                    && error.description.contains("it takes 4603"), "\(error)")
        }
        #expect(try Certificate(n: 4603, alpha: 0.001, confidence: 0.99).ranks == 1)
        for (alpha, confidence) in [(0, 0.9), (1, 0.9), (-0.1, 0.9), (0.1, 0), (0.1, 1)] {
            #expect(throws: CalibrationError.self) {
                try Certificate(n: 1000, alpha: alpha, confidence: confidence)
            }
        }
    }

    /// Uniform scores, of which the true share above a bound is known, in steps of 1/256 as of bytes, and
    /// without ties.
    @Test(arguments: [0, 256])
    func `of many calibrations no more break the promise than it allows`(steps: Int) throws {
        var random = RandomNumbers(seed: 7)
        let rule = DecisionRule(
            score: .mse, method: .certified(alpha: 0.01, confidence: 0.99, tails: .high))
        let calibrations = 10_000
        var broken = 0
        for _ in 0..<calibrations {
            let scores = (0..<500).map { _ in
                let score = random.nextUniform()
                return steps == 0 ? score : (score * Float(steps)).rounded(.down)
            }
            let bound = try DrawnRule(rule, over: [.mse: ScoreSample(of: scores)]).bounds.upper
            // What is above a step are the steps after it.
            let share = steps == 0 ? 1 - bound : 1 - (bound + 1) / Double(steps)
            if share > 0.01 { broken += 1 }
        }
        // 1 % of them, and three standard errors.
        #expect(broken <= 130, "\(broken) of \(calibrations)")
        // Without ties it uses what it is allowed: at n = 500 rank 1 breaks it in (1 − α)ⁿ = 0.66 %.
        #expect(steps > 0 || broken >= 40, "\(broken) of \(calibrations)")
    }
}
