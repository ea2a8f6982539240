import Dispatch
import Synchronization
import Testing
import ZeroMQ

/// How another thread's work ended, for a test that waits at most five seconds for it.
final class Outcome: Sendable {
    private let done = DispatchSemaphore(value: 0)
    private let error = Mutex<ZMQError?>(nil)

    /// Runs the other thread's work.
    func record(_ body: () throws -> Void) {
        let caught = failure(body)
        error.withLock { $0 = caught }
        done.signal()
    }

    /// The error the work ended with, nil if it ended well; the test fails if it does not end.
    func wait() -> ZMQError? {
        if done.wait(timeout: .now() + 5) == .timedOut {
            Issue.record("the other thread did not end")
        }
        return error.withLock { $0 }
    }
}

/// The error that `body` throws, if any.
func failure(_ body: () throws -> Void) -> ZMQError? {
    do {
        try body()
    } catch {
        return error as? ZMQError
    }
    return nil
}
