import Detection
import Testing
import VAE

@Suite struct JudgeTests {
    @Test(arguments: [
        (Float(2), Decision.Side.inside, Float(0)), (4, .inside, 2), (0, .inside, -2),
        (4.5, .high, 2.5), (-0.5, .low, -2.5), (Float(4).nextUp, .high, Float(2.0000005)),
        (1e30, .high, 1e30), (.infinity, .high, .infinity), (-.infinity, .low, -.infinity),
    ])
    func `a score lies on a side, by so many deviations`(
        score: Float, side: Decision.Side, z: Float
    ) throws {
        let decision = Judge(try standardCalibration()).decide(Scores(mse: score))
        #expect(decision.score == score)
        #expect(decision.side == side)
        #expect(decision.isAnomaly == (side != .inside))
        #expect(decision.z == z || abs(decision.z - z) < 1e-6)
    }

    @Test(arguments: ScoreSet.standard.functions)
    func `the calibrated score decides and no other`(function: ScoreFunction) throws {
        let calibration = try standardCalibration(score: function)
        let judge = Judge(calibration)
        #expect(judge.drawn.clauses.map(\.score) == [function])
        let middle = Scores(mse: 2, nll: 20, kl: -2, elbo: 102)
        #expect(!judge.decide(middle).isAnomaly)
        for other in ScoreSet.standard.functions {
            var strange = middle
            strange[other] = 1e6
            #expect(judge.decide(strange).isAnomaly == (other == function), "\(other)")
        }
    }

    @Test func `a score that is not a number is not normal`() throws {
        let decision = Judge(try standardCalibration()).decide(Scores(mse: .nan))
        #expect(decision.isAnomaly)
        #expect(decision.z.isNaN)
    }

    @Test func `the bounds themselves are normal`() throws {
        let judge = Judge(try standardCalibration())
        #expect(judge.bounds == ScoreBounds(lower: 0, upper: 4))
        for score in [0, 1e-9, 2, 4] as [Float] {
            #expect(!judge.decide(Scores(mse: score)).isAnomaly, "\(score)")
        }
        for score in [-1, -0.001, 4.0000005, 9, .nan, .infinity, -.infinity] as [Float] {
            #expect(judge.decide(Scores(mse: score)).isAnomaly, "\(score)")
        }
    }

    @Test func `without deviation every other score is strange`() throws {
        let judge = Judge(try standardCalibration(scores: [5, 5]))
        #expect(!judge.decide(Scores(mse: 5)).isAnomaly)
        #expect(judge.decide(Scores(mse: 5)).z == 0)
        // An anomaly is no deviation of 0; in JSON it is null.
        #expect(judge.decide(Scores(mse: Float(5).nextUp)).z == .infinity)
        #expect(judge.decide(Scores(mse: Float(5).nextDown)).z == -.infinity)
        #expect(judge.decide(Scores(mse: Float(5).nextUp)).side == .high)
        #expect(judge.decide(Scores(mse: Float(5).nextDown)).side == .low)
    }
}
