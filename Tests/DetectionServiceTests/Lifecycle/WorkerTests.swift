import Platform
import Synchronization
import Testing

@testable import DetectionService

@Suite struct WorkerTests {
    @Test func `jobs are done one after the other, in their order`() {
        let worker = Worker()
        let done = Mutex<[Int]>([])
        let all = Semaphore()
        for number in 0..<3 {
            while !worker.submit({
                done.withLock { $0.append(number) }
                all.signal()
            }) {}
        }
        for _ in 0..<3 { all.wait() }
        worker.stop(within: .seconds(10))
        #expect(done.withLock { $0 } == [0, 1, 2])
    }

    @Test func `behind a job that hangs a few may wait, and the end does not wait for it`() {
        let worker = Worker()
        let (begun, never) = (Semaphore(), Semaphore())
        #expect(
            worker.submit {
                begun.signal()
                never.wait()
            })
        begun.wait()
        let taken = (0..<10).count { _ in worker.submit {} }
        #expect(taken == 4)
        let start = ContinuousClock.now
        worker.stop(within: .milliseconds(10))
        #expect(ContinuousClock.now - start < .seconds(5))
        #expect(!worker.submit {})
        never.signal()
    }
}
