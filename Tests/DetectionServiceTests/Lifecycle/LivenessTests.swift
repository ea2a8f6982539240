import Testing

@testable import DetectionService

@Suite struct LivenessTests {
    @Test func `every thread has to have gone round since the last look`() {
        var liveness = Liveness([1, 1])
        let looks = [[2, 2], [3, 2], [4, 3], [4, 3]].map { liveness.haveAllMoved(to: $0) }
        #expect(looks == [true, false, true, false])
    }

    @Test func `at the first look everybody is alive`() {
        var liveness = Liveness()
        let looks = [[0], [0], [7]].map { liveness.haveAllMoved(to: $0) }
        #expect(looks == [true, false, true])
    }

    @Test func `looks without a turn are counted for each thread, and forgotten when it goes on`() {
        var standstill = Standstill([5, 5])
        let found = [[6, 5], [7, 5], [8, 6], [8, 7]].map { standstill.longest($0) }
        #expect(found.map { $0?.looks } == [1, 2, 0, 1])
        #expect(found[1]?.thread == 1 && found[3]?.thread == 0)
    }
}
