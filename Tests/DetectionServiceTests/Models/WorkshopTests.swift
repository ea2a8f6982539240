import Dispatch
import Synchronization
import Testing

@testable import DetectionService

@Suite struct WorkshopTests {
    @Test func `work is done on another thread, one piece after the other`() throws {
        let workshop = Workshop()
        defer { workshop.close() }
        for number in 0..<20 {
            #expect(
                try workshop.perform("counting", tick: { true }, work: { number * 2 }) == number * 2
            )
        }
    }

    @Test func `who waits turns over, gets an answer in time, and the work goes on`() throws {
        let workshop = Workshop()
        let (gate, done) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        var turns = 0
        let error = #expect(throws: WorkshopError.self) {
            try workshop.perform(
                "a hanging disk", seconds: 0.3,
                tick: {
                    turns += 1
                    return true
                },
                work: {
                    gate.wait()
                    done.signal()
                })
        }
        #expect(turns >= 2)
        #expect(error?.description.hasPrefix("still busy with a hanging disk, for 0 s") == true)
        // The next one is told what goes on, not to wait for it.
        let other = #expect(throws: WorkshopError.self) {
            try workshop.perform("a change", seconds: 0, tick: { true }, work: {})
        }
        #expect(other?.description.contains("a hanging disk") == true)
        gate.signal()
        done.wait()
        #expect(try workshop.perform("a change", tick: { true }, work: { 7 }) == 7)
        workshop.close()
    }

    @Test func `a stop waits for nobody whose disk hangs`() throws {
        let workshop = Workshop()
        let gate = DispatchSemaphore(value: 0)
        let error = #expect(throws: WorkshopError.self) {
            try workshop.perform("a hanging disk", tick: { false }, work: { gate.wait() })
        }
        #expect(error?.description.hasPrefix("the daemon is stopping") == true)
        let clock = ContinuousClock()
        let started = clock.now
        workshop.close()
        #expect(clock.now - started < .seconds(2))
        gate.signal()
        #expect(throws: WorkshopError.self) {
            try workshop.perform("a change", seconds: 0, tick: { true }, work: {})
        }
    }

    @Test func `what is to be done later is done after what is going on, and once`() throws {
        let workshop = Workshop()
        let (gate, started, done) = (
            DispatchSemaphore(value: 0), DispatchSemaphore(value: 0), DispatchSemaphore(value: 0)
        )
        let count = Mutex(0)
        workshop.performLater("first") {
            started.signal()
            gate.wait()
        }
        started.wait()
        for _ in 0..<3 {
            workshop.performLater("again") {
                count.withLock { $0 += 1 }
                done.signal()
            }
        }
        gate.signal()
        done.wait()
        #expect(try workshop.perform("a change", tick: { true }, work: { true }))
        #expect(count.withLock { $0 } == 1)
        workshop.close()
    }
}
