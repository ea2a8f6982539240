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
}
