import Frames
import Platform
import Testing

@testable import DetectionService

@Suite struct ArrivalsTests {
    private let start = ContinuousClock.now
    private let camera = SourceIndex(3)

    @Test(arguments: [-3600, 0, 315_360_000] as [Int64])
    func `a wall clock that is set makes no dead source alive, and no live one dead`(step: Int64) {
        var arrivals = Arrivals()
        func wall(_ second: Int64) -> UnixTime {
            UnixTime(
                nanoseconds: (1_800_000_000 + second + (second >= 10 ? step : 0)) * 1_000_000_000)
        }
        for second: Int64 in 0..<20 {
            // One dies at the tenth second, when the clock is set; the other sends on.
            arrivals.note(SourceIndex(0), wall(min(second, 9)), at: start + .seconds(second))
            arrivals.note(camera, wall(second), at: start + .seconds(second))
        }
        #expect(arrivals.silence(of: SourceIndex(0), at: start + .seconds(20)) == .seconds(11))
        #expect(arrivals.silence(of: camera, at: start + .seconds(20)) == .seconds(1))
    }

    @Test func `a source that nobody has heard of has not been silent`() {
        #expect(Arrivals().silence(of: camera, at: start) == .zero)
    }
}
