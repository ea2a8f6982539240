import Detection
import Testing

@Suite struct RegionOverlapTests {
    /// A picture of 10 × 10 pixels with two regions, of four pixels and of one.
    private static let mask = (0..<100).map { [11, 12, 21, 22, 88].contains($0) }

    @Test func `maps that are the masks have all the area`() {
        var overlap = RegionOverlap()
        overlap.addAnomalous(Self.mask.map { $0 ? 2 : 1 }, mask: Self.mask, columns: 10)
        overlap.addNormal(Array(repeating: 1, count: 100))
        #expect(overlap.regionCount == 2)
        #expect(abs(overlap.area(upTo: 0.05) - 1) < 1e-9)
        #expect(abs(overlap.area(upTo: 0.3) - 1) < 1e-9)
        #expect(overlap.recall(atNormalRate: 0.01) == 1)
    }

    @Test func `a small region counts as much as a large one`() {
        var overlap = RegionOverlap()
        let scores = (0..<100).map { Float($0 == 88 ? 3 : 1) }
        overlap.addAnomalous(scores, mask: Self.mask, columns: 10)
        overlap.addNormal(Array(repeating: 1, count: 100))
        // Half of the regions, until everything is called anomalous at once.
        #expect(abs(overlap.recall(atNormalRate: 0.5) - 0.2) < 1e-9)
        // From one half at a rate of 0 to all at 1: 0.5 + 0.05 / 4 on average up to 0.05.
        #expect(abs(overlap.area(upTo: 0.05) - 0.5125) < 1e-9)
    }

    @Test func `maps that say nothing have the area of chance`() {
        var overlap = RegionOverlap()
        overlap.addAnomalous(Array(repeating: 1, count: 100), mask: Self.mask, columns: 10)
        overlap.addNormal(Array(repeating: 1, count: 100))
        #expect(abs(overlap.area(upTo: 0.3) - 0.15) < 1e-9)
    }

    @Test func `without masks there is no area`() {
        var overlap = RegionOverlap()
        overlap.addNormal([1, 2])
        #expect(overlap.area(upTo: 0.3).isNaN)
        #expect(overlap.recall(atNormalRate: 0.1).isNaN)
    }
}
