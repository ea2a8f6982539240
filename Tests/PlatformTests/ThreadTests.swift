import Foundation
import Platform
import Synchronization
import Testing

@Suite struct ThreadTests {
    @Test func `what a thread did is seen by who has joined it`() {
        let total = Mutex(0)
        let threads = (1...4).map { number in
            Platform.Thread(named: "adding-\(number)") {
                for _ in 0..<1000 { total.withLock { $0 += number } }
            }
        }
        for thread in threads { thread.join() }
        #expect(total.withLock { $0 } == 10_000)
    }

    @Test func `the kernel keeps the first fifteen bytes of its name`() throws {
        let name = Mutex("")
        let thread = Platform.Thread(named: "authenticator-and-more") {
            let path = "/proc/thread-self/comm"
            name.withLock { $0 = (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }
        }
        thread.join()
        #expect(name.withLock { $0 } == "authenticator-a\n")
    }

    @Test func `a thread that nobody joins is a bug`() async {
        await #expect(processExitsWith: .failure) {
            var thread: Platform.Thread? = Platform.Thread(named: "leaked") {}
            _ = thread
            thread = nil
        }
    }

    @Test func `joining a thread twice is a bug`() async {
        await #expect(processExitsWith: .failure) {
            let thread = Platform.Thread(named: "twice") {}
            thread.join()
            thread.join()
        }
    }

    @Test(.enabled(if: ProcessInfo.processInfo.activeProcessorCount > 1))
    func `a thread leaves processors that are taken, and may come back`() {
        let found = Mutex((moves: 0, allowed: Set<Int>()))
        let thread = Platform.Thread(named: "moving") {
            for _ in 1...50 {
                let before = currentProcessor()
                let hasMoved = leaveProcessors([before]) && currentProcessor() != before
                found.withLock {
                    $0.moves += hasMoved ? 1 : 0
                    $0.allowed.insert(allowedProcessors())
                }
            }
        }
        thread.join()
        let (moves, allowed) = found.withLock { $0 }
        // The kernel may move it back before it is asked where it is.
        #expect(moves > 30, "of 50")
        #expect(allowed == [allowedProcessors()])
    }

    @Test func `a thread stays where there is no other processor`() {
        #expect(!leaveProcessors((0..<1024).map { Int32($0) }))
        #expect(leaveProcessors([-1, 1_000_000]))
        #expect(leaveProcessors([]))
        #expect(currentProcessor() >= 0)
    }

    /// How many processors the calling thread may use.
    private func allowedProcessors() -> Int { ProcessInfo.processInfo.activeProcessorCount }
}
