import Foundation
import Platform
import Tensors
import Testing

@Suite struct ThreadTeamTests {
    @Test(arguments: [1, 2, 5])
    func `every part of every task is done once, and before the task ends`(count: Int) {
        let team = ThreadTeam(count: count)
        let done = Matrix(rows: 1, columns: count)
        for task in 1...2000 {
            team.run { done[0, $0] += 1 }
            #expect(done.elements.allSatisfy { $0 == Float(task) })
        }
        var results = [Int](repeating: 0, count: count)
        team.run(collecting: &results) { $0 * 10 }
        #expect(results == (0..<count).map { $0 * 10 })
    }

    @Test func `a team that has gone to sleep wakes for the next task`() {
        let team = ThreadTeam(count: 3)
        let done = Matrix(rows: 1, columns: 3)
        for task in 1...40 {
            team.run { done[0, $0] += 1 }
            #expect(done.elements.allSatisfy { $0 == Float(task) })
            // Some pauses are longer than the threads spin, some end as they fall asleep.
            let pause = ContinuousClock.now + .microseconds(150 * task)
            while .now < pause {}
        }
    }

    /// Linux may wake the other thread where the first one is, and leave both there.
    @Test(.enabled(if: ProcessInfo.processInfo.activeProcessorCount > 1))
    func `two threads are on two processors, also after a pause`() {
        let team = ThreadTeam(count: 2)
        var processors = [Int32](repeating: -1, count: 2)
        var apart = 0
        for _ in 1...60 {
            team.run(collecting: &processors) { _ in currentProcessor() }
            apart += processors[0] != processors[1] ? 1 : 0
            // As long as a camera's pause, in which both go to sleep.
            sleepThread(for: .milliseconds(4))
        }
        #expect(apart > 40, "of 60 tasks")
    }
}
