import Platform
import Synchronization
import ZeroMQ

/// One named thread of the pipeline: it opens its sockets, says so, works, and says how it ended.
///
/// Started and joined by the main thread, which owns it.
final class PipelineThread: Sendable {
    /// Turns of its loop, for the watchdog.
    let heartbeat = Heartbeat()

    private struct Outcome {
        var isStarted = false
        var failure: ZMQError?
    }

    /// What it is called in logs, and by the system.
    let name: String
    /// From `start` to `join`.
    private let thread = Mutex<Thread?>(nil)
    private let outcome = Mutex(Outcome())
    private let startedOrFailed = Semaphore()

    init(_ name: String) {
        self.name = name
    }

    /// Runs `body` on a new thread; `body` calls its argument once its sockets are open.
    func start(
        _ body: @escaping @Sendable (_ started: () -> Void) throws(ZMQError) -> Void,
        onEnd: @escaping @Sendable () -> Void
    ) {
        let work: @Sendable () -> Void = { [self] in
            do throws(ZMQError) {
                try body {
                    outcome.withLock { $0.isStarted = true }
                    startedOrFailed.signal()
                }
            } catch {
                outcome.withLock { $0.failure = error }
            }
            startedOrFailed.signal()
            onEnd()
        }
        do throws(SystemError) {
            let started = try Thread(trying: name, work)
            thread.withLock { $0 = started }
        } catch {
            outcome.withLock {
                $0.failure = ZMQError(
                    code: error.code, operation: "start the thread", subject: name)
            }
            startedOrFailed.signal()
            onEnd()
        }
    }

    /// Waits until the sockets are open or opening them failed; whether they are open.
    func waitUntilStarted() -> Bool {
        startedOrFailed.wait()
        return outcome.withLock { $0.isStarted }
    }

    /// Waits for the end, unless that has been done, and returns what went wrong, if anything did.
    func join() -> ZMQError? {
        let running = thread.withLock { $0.take() }
        running?.join()
        return outcome.withLock { $0.failure }
    }
}
