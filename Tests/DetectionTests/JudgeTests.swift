import Detection
import Testing
import VAE

@Suite struct JudgeTests {
    @Test(arguments: [
        (Float(2), Judge.Side.inside, Float(0)), (4, .inside, 2), (0, .inside, -2),
        (4.5, .high, 2.5), (-0.5, .low, -2.5), (Float(4).nextUp, .high, Float(2.0000005)),
        (1e30, .high, 1e30), (.infinity, .high, .infinity), (-.infinity, .low, -.infinity),
    ])
    func `a score lies on a side, by so many deviations`(
        score: Float, side: Judge.Side, z: Float
    ) throws {
        let judgement = Judge(try standardCalibration()).judge(Scores(mse: score))
        #expect(judgement.score == score)
        #expect(judgement.side == side)
        #expect(judgement.isAnomaly == (side != .inside))
        #expect(judgement.z == z || abs(judgement.z - z) < 1e-6)
    }

    @Test(arguments: ScoreFunction.allCases)
    func `the calibrated score decides and no other`(function: ScoreFunction) throws {
        let calibration = try standardCalibration(score: function)
        let judge = Judge(calibration)
        #expect(judge.function == function)
        let middle = Scores(mse: 2, nll: 20, kl: -2, elbo: 102)
        #expect(!judge.judge(middle).isAnomaly)
        for other in ScoreFunction.allCases {
            var strange = middle
            switch other {
            case .mse: strange.mse = 1e6
            case .nll: strange.nll = 1e6
            case .kl: strange.kl = 1e6
            case .elbo: strange.elbo = 1e6
            }
            #expect(judge.judge(strange).isAnomaly == (other == function), "\(other)")
        }
    }

    @Test func `a score that is not a number is not normal`() throws {
        let judgement = Judge(try standardCalibration()).judge(Scores(mse: .nan))
        #expect(judgement.isAnomaly)
        #expect(judgement.z.isNaN)
    }

    @Test func `judge and distribution agree on what is normal`() throws {
        let calibration = try standardCalibration()
        let judge = Judge(calibration)
        for score in [-1, 0, 1e-9, 2, 4, 4.0000005, 9, .nan, .infinity, -.infinity] as [Float] {
            let isNormal = calibration.deciding.contains(score)
            #expect(judge.judge(Scores(mse: score)).isAnomaly == !isNormal, "\(score)")
        }
    }

    @Test func `without deviation every other score is strange`() throws {
        let judge = Judge(try standardCalibration(scores: [5, 5]))
        #expect(!judge.judge(Scores(mse: 5)).isAnomaly)
        #expect(judge.judge(Scores(mse: 5)).z == 0)
        #expect(judge.judge(Scores(mse: Float(5).nextUp)).side == .high)
        #expect(judge.judge(Scores(mse: Float(5).nextDown)).side == .low)
    }
}
