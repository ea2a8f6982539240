import Replay
import Testing

@Suite struct RateTests {
    @Test(arguments: ["", "0", "-1", "fast", "MAX", "1e10", "nan", "inf", "1,000", " 5"])
    func `a rate is max or a number above 0 and at most a billion`(text: String) {
        #expect(Rate(text) == nil)
    }

    @Test func `rates are read`() {
        #expect(Rate("max") == .unlimited)
        #expect(Rate("1000") == .perSecond(1000))
        #expect(Rate("0.5") == .perSecond(0.5))
    }

    @Test func `frames are due at even distances that do not add up errors`() {
        let rate = Rate.perSecond(3)
        #expect(rate.dueNanoseconds(0) == 0)
        #expect(rate.dueNanoseconds(1) == 333_333_333)
        #expect(rate.dueNanoseconds(3_000_000) == 1_000_000_000_000_000)
        #expect(Rate.perSecond(1e6).dueNanoseconds(100_000_000) == 100_000_000_000)
    }

    @Test func `without a limit a frame is due at once`() {
        #expect(Rate.unlimited.dueNanoseconds(5) == nil)
        #expect(Pace(.unlimited, start: 1000).due(5, now: 7000) == 7000)
    }
}

@Suite struct PaceTests {
    @Test func `the schedule begins at the start and does not wait for late frames`() {
        let pace = Pace(.perSecond(1000), start: 5_000_000)
        #expect(pace.due(0, now: 0) == 5_000_000)
        #expect(pace.due(4, now: 99_000_000) == 9_000_000)
    }

    @Test func `a frame sent after its time is late only if the daemon refused one`() {
        var pace = Pace(.perSecond(1000), start: 0)
        let isLate = pace.noteSent(due: 1_000_000, at: 5_000_000)
        #expect(!isLate)
    }

    @Test func `all frames that were due while the daemon refused are late`() {
        var pace = Pace(.perSecond(1000), start: 0)
        #expect(!pace.isHeldBack)
        pace.noteRefusal()
        #expect(pace.isHeldBack)
        var isLate = [pace.noteSent(due: 1_000_000, at: 3_500_000)]
        #expect(!pace.isHeldBack)
        isLate.append(pace.noteSent(due: 2_000_000, at: 3_500_000))
        isLate.append(pace.noteSent(due: 3_000_000, at: 3_600_000))
        isLate.append(pace.noteSent(due: 4_000_000, at: 4_000_000))
        #expect(isLate == [true, true, true, false])
    }
}
