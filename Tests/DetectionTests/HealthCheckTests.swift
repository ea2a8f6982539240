import Detection
import Frames
import Platform
import Tensors
import Testing
import VAE

@Suite struct HealthCheckTests {
    /// Scores of images in order: each measure uniform, and mse.
    private func scores(
        _ count: Int, seed: UInt64, change: (inout Scores) -> Void = { _ in }
    ) -> [Scores] {
        var random = RandomNumbers(seed: seed)
        return (0..<count).map { _ in
            var scores = Scores(mse: random.nextUniform())
            for measure in ScoreSet.health.functions {
                scores[measure] = 0.4 + 0.2 * random.nextUniform()
            }
            change(&scores)
            return scores
        }
    }

    private func samples(_ scores: [Scores]) -> [ScoreFunction: ScoreSample] {
        let functions = scores[0].computed.functions
        return Dictionary(
            uniqueKeysWithValues: functions.map { function in
                (function, ScoreSample(of: scores.map { $0[function] }))
            })
    }

    private func rule(_ method: DecisionRule.Method, health: FaultSet = .all) -> DecisionRule {
        DecisionRule(score: .mse, method: method, health: health)
    }

    private static let faults: [(ScoreFunction, Float, FrameFault)] = [
        (.contrast, 0.1, .uniform), (.peak, 0.1, .dark), (.acuity, 0.1, .soft),
        (.smoothness, 0.1, .noisy), (.brightness, 0.1, .dark), (.white, 0.9, .saturated),
        (.brightness, 0.9, .bright), (.extent, 0.1, .size), (.extent, 0.9, .size),
    ]

    @Test(arguments: faults.indices)
    func `what lies beyond all of the calibration's images is named, whatever the score says`(
        place: Int
    ) throws {
        let (measure, value, fault) = Self.faults[place]
        let normal = scores(1000, seed: 1)
        let judge = try Judge(rule(.sigma(k: 2)), over: samples(normal))
        #expect(normal.allSatisfy { judge.decide($0).fault == nil })
        var strange = normal[0]
        strange[.mse] = 0.5
        #expect(!judge.decide(strange).isAnomaly)
        strange[measure] = value
        let decision = judge.decide(strange)
        #expect(decision.fault == fault && decision.isAnomaly && decision.side == .inside)
        // Blank frames are uniform ones.
        let others = FaultSet.all.subtracting(FaultSet([fault, .blank]))
        let blind = try Judge(rule(.sigma(k: 2), health: others), over: samples(normal))
        #expect(blind.decide(strange).fault == nil)
        let off = try Judge(rule(.sigma(k: 2), health: []), over: samples(normal))
        #expect(!off.decide(strange).isAnomaly && off.drawn.health == .none)
    }

    @Test func `what is hardly beyond the calibration's images is no fault`() throws {
        let normal = scores(1000, seed: 1)
        let samples = samples(normal)
        let judge = try Judge(rule(.sigma(k: 2)), over: samples)
        for bound in judge.drawn.health.checks {
            let sorted = try #require(samples[bound.check.measure]?.sorted)
            var frame = normal[0]
            frame[bound.check.measure] =
                bound.check.isHigh ? sorted[999] * 1.02 : sorted[0] * 0.98
            #expect(judge.decide(frame).fault == nil, "\(bound.check.measure)")
            frame[bound.check.measure] =
                bound.check.isHigh ? sorted[999] * 1.04 : sorted[0] * 0.96
            #expect(judge.decide(frame).fault == bound.check.fault, "\(bound.check.measure)")
        }
    }

    @Test func `looking for faults takes statistics to look by`() throws {
        let blind = try standardCalibration(
            rule: DecisionRule(score: .mse, method: .sigma(k: 2), health: []))
        let error = #expect(throws: CalibrationError.self) {
            try blind.deciding(
                by: .sigma(score: .mse, k: 3), revision: 8, created: UnixTime(nanoseconds: 0))
        }
        #expect(error?.description.contains("calibrate anew") == true)
    }

    @Test func `a uniform frame at an end of the scale is blank`() throws {
        let judge = try Judge(rule(.sigma(k: 2)), over: samples(scores(100, seed: 1)))
        var frame = Scores(mse: 0.5)
        for measure in ScoreSet.health.functions { frame[measure] = 0.5 }
        frame[.contrast] = 0
        #expect(judge.decide(frame).fault == .uniform)
        for level in [0, 1] as [Float] {
            frame[.brightness] = level
            #expect(judge.decide(frame).fault == .blank)
        }
    }

    @Test func `checks take their ranks out of the rule's, and at most half of them`() throws {
        let samples = samples(scores(5000, seed: 2))
        let certified = DecisionRule.Method.certified(alpha: 0.01, confidence: 0.99, tails: .high)
        let drawn = try DrawnRule(rule(certified), over: samples)
        #expect(drawn.ranks == 34 && drawn.health.spent == 9 && drawn.rank == 25)
        let alone = try DrawnRule(rule(certified, health: []), over: samples)
        #expect(alone.ranks == 34 && alone.rank == 34 && alone.bounds.upper < drawn.bounds.upper)
        let few = self.samples(scores(1000, seed: 2))
        let small = try DrawnRule(rule(certified), over: few)
        #expect(small.ranks == 3 && small.health.spent == 1 && small.rank == 2)
        #expect(small.health.omitted.count == 8)
        let least = try DrawnRule(rule(certified), over: self.samples(scores(459, seed: 2)))
        #expect(least.health.checks.isEmpty && least.rank == 1)
    }

    /// Every measure and the score uniform and independent, so that the true share beyond all bounds is known.
    @Test(arguments: [1, 2])
    func `of many calibrations no more break the promise of health and scores together`(
        scoresInRule: Int
    ) throws {
        let others: [ScoreFunction] = scoresInRule == 2 ? [.nll] : []
        let rule = DecisionRule(
            score: .mse, method: .certified(alpha: 0.05, confidence: 0.95, tails: .high),
            others: others)
        var broken = 0
        let calibrations = 2000
        for seed in 0..<calibrations {
            var random = RandomNumbers(seed: UInt64(seed))
            let normal = (0..<600).map { _ in
                var scores = Scores(mse: random.nextUniform(), nll: random.nextUniform())
                for measure in ScoreSet.health.functions { scores[measure] = random.nextUniform() }
                return scores
            }
            let drawn = try DrawnRule(rule, over: samples(normal))
            // All that may be spent is, but for what does not divide among the scores.
            let all = try Certificate(n: 600, alpha: 0.05, confidence: 0.95).ranks
            #expect(drawn.health.spent == 9 && all - (drawn.ranks ?? 0) < scoresInRule)
            var inside = drawn.clauses.reduce(1) { $0 * $1.bounds.upper }
            var (low, high): ([ScoreFunction: Double], [ScoreFunction: Double]) = ([:], [:])
            for bound in drawn.health.checks {
                if bound.check.isHigh {
                    high[bound.check.measure] = Double(bound.value)
                } else {
                    low[bound.check.measure] = Double(bound.value)
                }
            }
            for measure in ScoreSet.health.functions {
                inside *= max(0, (high[measure] ?? 1) - (low[measure] ?? 0))
            }
            if 1 - inside > 0.05 { broken += 1 }
        }
        // 5 % of them, and three standard errors.
        #expect(broken <= 129, "\(broken) of \(calibrations)")
    }

    @Test func `any of several scores speaks, with the smallest p-value, and α is divided`() throws
    {
        var random = RandomNumbers(seed: 4)
        let normal = (0..<1000).map { _ in
            Scores(mse: random.nextUniform(), nll: random.nextUniform())
        }
        let rule = DecisionRule(
            score: .mse, method: .quantile(alpha: 0.05, tails: .high), others: [.nll], health: [])
        let judge = try Judge(rule, over: samples(normal))
        #expect(judge.drawn.rank == 25 && judge.drawn.ranks == 50)
        let byOther = judge.decide(Scores(mse: 0.1, nll: 2))
        #expect(byOther.function == .nll && byOther.isAnomaly && byOther.side == .high)
        let byFirst = judge.decide(Scores(mse: 2, nll: 0.1))
        #expect(byFirst.function == .mse && byFirst.isAnomaly)
        #expect(!judge.decide(Scores(mse: 0.9, nll: 0.9)).isAnomaly)
        let alarms = normal.count { judge.decide($0).isAnomaly }
        #expect(alarms <= 50 && alarms >= 40, "\(alarms)")
    }

    @Test func `frames are still while all that is measured of them is the same`() {
        var stillness = Stillness()
        let frames = scores(3, seed: 9)
        #expect(frames.map { stillness.note($0) } == [0, 0, 0])
        #expect([2, 2, 1, 1, 1].map { stillness.note(frames[$0]) } == [1, 2, 0, 1, 2])
        let unmeasured = Scores(mse: 1)
        #expect([unmeasured, unmeasured].map { stillness.note($0) } == [0, 0])
    }
}
