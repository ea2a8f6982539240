import Foundation
import Synchronization
import Testing
import ZeroMQ

@Suite struct SignalTests {
    @Test func `a signal ends a wait, with nothing ready`() throws {
        let context = try Context()
        let ready = Mutex(-1)
        let target = Target()
        target.start {
            let pull = try Socket(context, .pull)
            var poller = Poller(capacity: 1)
            _ = poller.add(pull)
            let count = try poller.wait(milliseconds: 60_000)
            ready.withLock { $0 = count }
        }
        // One signal may come before the wait begins, so there are more until it ended.
        target.interrupt { ready.withLock { $0 == -1 } }
        #expect(target.outcome.wait() == nil)
        #expect(ready.withLock { $0 } == 0)
    }

    @Test func `signals do not end a blocking receive`() throws {
        let wire = try Wire()
        let target = Target()
        let context = wire.context
        let part = Mutex<Part?>(nil)
        target.start {
            let pull = try Socket(context, .pull)
            try pull.bind("inproc://interrupted")
            let received = try pull.receive()
            part.withLock { $0 = received }
        }
        var signals = 0
        target.interrupt {
            signals += 1
            return signals <= 1_000
        }
        try wire.push.disconnect("inproc://wire")
        try wire.push.connect("inproc://interrupted")
        try wire.send(pattern(784))
        #expect(target.outcome.wait() == nil)
        #expect(part.withLock { $0 } == Part(pattern(784)))
    }
}

/// A thread to send signals to while it works.
private final class Target: Sendable {
    let outcome = Outcome()
    private let started = DispatchSemaphore(value: 0)
    private let thread = Mutex<pthread_t?>(nil)

    func start(_ work: @escaping @Sendable () throws -> Void) {
        // Ignoring the signal would not interrupt anything; a handler that does nothing does.
        signal(SIGUSR1) { _ in }
        Thread.detachNewThread {
            // Tests run in Dispatch's threads, which block signals, and this one inherits that.
            var signals = sigset_t()
            unsafe sigaddset(&signals, SIGUSR1)
            unsafe pthread_sigmask(SIG_UNBLOCK, &signals, nil)
            self.thread.withLock { $0 = pthread_self() }
            self.started.signal()
            self.outcome.record(work)
            self.thread.withLock { $0 = nil }
        }
        started.wait()
    }

    /// Sends signals while the condition holds and the thread lives, for five seconds at most.
    func interrupt(while condition: () -> Bool) {
        let deadline = DispatchTime.now() + 5
        while condition(), .now() < deadline {
            // Under the lock, for a thread that ended has no valid identity.
            thread.withLock { if let thread = $0 { _ = pthread_kill(thread, SIGUSR1) } }
            sched_yield()
        }
    }
}
