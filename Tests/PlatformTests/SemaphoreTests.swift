import Foundation
import Platform
import Testing

@Suite struct SemaphoreTests {
    @Test func `signals given before a wait count, and each ends one`() {
        let semaphore = Semaphore()
        semaphore.signal()
        semaphore.signal()
        #expect(semaphore.wait(for: .seconds(10)))
        semaphore.wait()
        #expect(!semaphore.wait(for: .milliseconds(1)))
    }

    @Test(arguments: [Duration.seconds(-5), .zero, .nanoseconds(1), .milliseconds(1999)])
    func `a wait that nothing ends takes as long as it should`(duration: Duration) {
        let start = ContinuousClock.now
        #expect(!Semaphore().wait(for: duration))
        let waited = ContinuousClock.now - start
        #expect(waited >= duration && waited < max(duration, .zero) + .seconds(5))
    }

    @Test func `a signal from another thread ends a wait of ages`() {
        let semaphore = Semaphore()
        let thread = Platform.Thread(named: "signalling") { semaphore.signal() }
        #expect(semaphore.wait(for: .seconds(Int64.max)))
        thread.join()
    }

    /// What a thread waits by shows in the futex call it sleeps in: FUTEX_CLOCK_REALTIME is set if that is
    /// the clock that people set.
    @Test(.timeLimit(.minutes(1))) func `a wait is by the clock that nobody sets`() {
        let semaphore = Semaphore()
        let place = Place()
        let thread = Platform.Thread(named: "waiting") {
            // As in "self/task/123".
            let link = try? FileManager.default.destinationOfSymbolicLink(
                atPath: "/proc/thread-self")
            place.thread = link.flatMap { $0.split(separator: "/").last.flatMap { Int($0) } } ?? 0
            _ = semaphore.wait(for: .seconds(60))
        }
        // FUTEX_WAIT_BITSET, which alone takes a moment to wait until.
        var (call, operation): ([Substring], Int) = ([], 0)
        while call.first != "202" || operation & 0x7F != 9 {
            let path = "/proc/self/task/\(place.thread)/syscall"
            call = (try? String(contentsOfFile: path, encoding: .utf8))?.split(separator: " ") ?? []
            operation = call.count > 4 ? Int(call[2].dropFirst(2), radix: 16) ?? 0 : 0
        }
        #expect(operation & 256 == 0 && call[4] != "0x0")
        semaphore.signal()
        thread.join()
    }

    /// `@unchecked Sendable` because its one value is only touched under its lock.
    private final class Place: @unchecked Sendable {
        private let lock = NSLock()
        private var value = 0
        var thread: Int {
            get { lock.withLock { value } }
            set { lock.withLock { value = newValue } }
        }
    }
}
