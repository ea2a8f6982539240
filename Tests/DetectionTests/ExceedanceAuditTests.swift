import Detection
import Tensors
import Testing

@Suite struct ExceedanceAuditTests {
    /// Scores of a known law: normal, or in steps as of 8 bits.
    private struct Law {
        var random: RandomNumbers
        var hasTies = false

        mutating func next(shift: Float = 0) -> Float {
            let score = random.nextNormal() + shift
            return hasTies ? (score * 32).rounded(.down) : score
        }

        mutating func plan(_ n: Int) -> AuditPlan {
            AuditPlan(ScoreSample(of: (0..<n).map { _ in next() }))
        }
    }

    /// The median number of frames to an alarm of 100 streams.
    private func median(
        n: Int = 5000, within limit: Int = 20_000, after normal: Int = 0, streams: Int = 100,
        _ score: (inout Law, Float) -> Float
    ) -> Int {
        let counts = (0..<streams).map { seed in
            var law = Law(random: RandomNumbers(seed: UInt64(100 + seed)))
            var audit = ExceedanceAudit(law.plan(n))
            for _ in 0..<normal { audit.note(law.next()) }
            let frozen = law.next()
            for _ in 0..<limit where audit.note(score(&law, frozen)) != nil { break }
            return audit.alarm == nil ? Int.max : audit.frames - normal
        }.sorted()
        return counts[streams / 2]
    }

    @Test(arguments: [false, true])
    func `streams like the calibration raise no alarm`(hasTies: Bool) {
        for seed in 0..<20 {
            var law = Law(random: RandomNumbers(seed: UInt64(seed)), hasTies: hasTies)
            var audit = ExceedanceAudit(law.plan(5000))
            for _ in 0..<1_000_000 { audit.note(law.next()) }
            #expect(audit.alarm == nil, "\(seed): \(audit.alarm?.text ?? "")")
        }
    }

    @Test func `what is strange is noticed, in so many frames`() {
        let strange = median { law, _ in
            law.random.nextUniform() < 0.05 ? 6 : law.next()
        }
        let lower = median { law, _ in law.next(shift: -0.3) }
        let higher = median { law, _ in law.next(shift: 0.3) }
        let frozen = median { _, frozen in frozen }
        #expect(
            strange <= 330 && lower <= 1200 && higher <= 1200 && frozen <= 35,
            "\(strange), \(lower), \(higher), \(frozen)")
    }

    @Test func `after a long time of normal frames it is noticed nearly as soon`() {
        let strange = median(after: 200_000, streams: 10) { law, _ in
            law.random.nextUniform() < 0.05 ? 6 : law.next()
        }
        #expect(strange <= 2 * ExceedanceAudit.round, "\(strange)")
        let frozen = median(after: 200_000, streams: 10) { _, frozen in frozen }
        #expect(frozen <= ExceedanceAudit.round, "\(frozen)")
    }

    @Test func `an alarm says what spoke, and stays`() throws {
        var law = Law(random: RandomNumbers(seed: 1))
        var audit = ExceedanceAudit(law.plan(5000))
        for _ in 0..<1000 where audit.alarm == nil { audit.note(6) }
        let alarm = try #require(audit.alarm)
        #expect(alarm.isHigh && alarm.share == 1 && alarm.since == 0)
        #expect(alarm.level == 0.005 && alarm.lower < 0.005 && alarm.upper > 0.005)
        let before = audit.frames
        #expect(audit.note(0) == alarm && audit.frames == before)
        #expect(alarm.text.contains("100.0 % of the frames") && alarm.text.contains("more than"))
    }

    @Test func `the levels are those scores, and the shares above them Beta's`() {
        let plan = AuditPlan(ScoreSample(of: (1...1000).map(Float.init)))
        #expect(plan.levels.map(\.threshold) == [501, 901, 976, 996])
        #expect(plan.levels.map(\.share) == [0.5, 0.1, 0.025, 0.005])
        for (level, rank) in zip(plan.levels, [500, 100, 25, 5]) {
            let law = BetaLaw(rank: rank, of: 1000)
            #expect(abs(law.probability(atMost: level.lower) - 0.00125) < 1e-9)
            #expect(abs(law.probability(atMost: level.upper) - 0.99875) < 1e-9)
        }
    }

    @Test func `few and equal scores, and those that are none, do no harm`() {
        var audit = ExceedanceAudit(AuditPlan(ScoreSample(of: [1, 1])))
        for _ in 0..<1000 { audit.note(1) }
        #expect(audit.alarm == nil)
        for _ in 0..<1000 { audit.note(.nan) }
        #expect(audit.alarm == nil && audit.frames == 1000)
    }
}
