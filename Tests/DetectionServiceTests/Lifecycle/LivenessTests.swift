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
}
