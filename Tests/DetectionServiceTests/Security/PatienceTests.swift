import Testing

@testable import DetectionService

@Suite struct PatienceTests {
    private var patience = Patience()

    /// Looks until there is something to report; after how many.
    private mutating func lookUntilReport(_ most: Int = 100_000) -> Int? {
        (1...most).first { _ in patience.mustReport(isOver: true, hasCulprits: false) }
    }

    @Test mutating func `memory within the budget is not reported`() {
        for _ in 0..<1000 {
            let mustReport = patience.mustReport(isOver: false, hasCulprits: false)
            #expect(!mustReport)
        }
    }

    @Test mutating func `memory that nobody explains is reported, up to once a minute`() {
        let waited = (0..<9).map { _ in (lookUntilReport() ?? 0) / Patience.first }
        #expect(waited == [1, 2, 4, 8, 16, 32, 60, 60, 60])
        let mustReport = patience.mustReport(isOver: false, hasCulprits: false)
        #expect(!mustReport)
        let first = lookUntilReport()
        #expect(first == Patience.first)
    }

    @Test mutating func `a cut connection explains the memory`() {
        let early = lookUntilReport(Patience.first - 1)
        let mustReport = patience.mustReport(isOver: true, hasCulprits: true)
        #expect(early == nil && !mustReport)
        let first = lookUntilReport()
        #expect(first == Patience.first)
    }

    @Test mutating func `freed memory is given back some looks after a cut, and before a report`() {
        let atFirst = patience.isTrimming(hasCulprits: false)
        #expect(!atFirst)
        let afterCut = (0..<8).map { patience.isTrimming(hasCulprits: $0 == 0) }
        #expect(afterCut == (0..<8).map { $0 == ConnectionWatch.recovery - 1 })
        var trims: [Int] = []
        for look in 1...Patience.first {
            _ = patience.mustReport(isOver: true, hasCulprits: false)
            if patience.isTrimming(hasCulprits: false) { trims.append(look) }
        }
        #expect(trims == [Patience.first / 2])
    }
}
