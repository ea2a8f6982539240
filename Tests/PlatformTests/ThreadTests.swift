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
}
