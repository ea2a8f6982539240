import Testing

@testable import DetectionService

@Suite struct RepeatLimitTests {
    private let start = ContinuousClock.now

    @Test func `a kind of message is written so often in a window, and the rest is counted`() {
        var limit = RepeatLimit(limit: 2, length: .seconds(10))
        let outcomes = (0..<5).map { limit.note("turned away", at: start + .seconds($0)) }
        #expect(
            outcomes == [
                .written(withheld: 0), .written(withheld: 0), .withheld, .withheld, .withheld,
            ])
        #expect(limit.note("reloaded", at: start + .seconds(5)) == .written(withheld: 0))
        #expect(limit.note("turned away", at: start + .seconds(10)) == .written(withheld: 3))
        #expect(limit.takeWithheld(at: start + .seconds(60)).isEmpty)
    }

    @Test func `what was withheld is told when it is over`() {
        var limit = RepeatLimit(limit: 1, length: .seconds(10))
        for second in 0..<4 { _ = limit.note("turned away", at: start + .seconds(second)) }
        #expect(limit.takeWithheld(at: start + .seconds(9)).isEmpty)
        let withheld = limit.takeWithheld(at: start + .seconds(10))
        #expect(withheld.map(\.kind) == ["turned away"] && withheld.map(\.count) == [3])
        #expect(limit.takeWithheld(at: start + .seconds(11)).isEmpty)
        _ = limit.note("a", at: start)
        _ = limit.note("a", at: start)
        #expect(limit.takeWithheld(at: start, isLast: true).map(\.count) == [1])
    }

    @Test func `messages that are all different are limited together`() {
        var limit = RepeatLimit(limit: 1, length: .seconds(10))
        let written = (0..<1000).count {
            limit.note("name \($0)", at: start) == .written(withheld: 0)
        }
        #expect(written == 65)
    }
}
