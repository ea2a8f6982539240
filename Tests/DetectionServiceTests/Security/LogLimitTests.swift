import Testing

@testable import DetectionService

@Suite struct LogLimitTests {
    @Test func `a burst is told, and then once a window how many were not`() {
        var limit = LogLimit()
        let start = ContinuousClock.now
        var told: [Int] = []
        for _ in 0..<100 { if let unsaid = limit.note(at: start) { told.append(unsaid) } }
        #expect(told == Array(repeating: 0, count: LogLimit.burst))
        let later = start + LogLimit.window
        #expect(limit.note(at: later) == 100 - LogLimit.burst)
        #expect(limit.note(at: later) == 0)
    }
}
