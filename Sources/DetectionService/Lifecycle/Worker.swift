import Platform
import Synchronization

/// Does what may take long, reading files above all, one job after the other on a thread that no watchdog
/// looks at: a disk that hangs must not end a daemon that scores.
///
/// Its thread is started with the first job, and waited for at the end as long as it is not stuck.
final class Worker: Sendable {
    private struct State {
        var jobs: [@Sendable () -> Void] = []
        var isStopping = false
        var thread: Thread?
    }

    private let name: String
    private let state = Mutex(State())
    private let arrival = Semaphore()
    private let ended = Semaphore()

    /// Jobs that may wait while one is being done.
    private static let limit = 4
    /// Threads that were still stuck at the end; a thread must not be dropped before it has ended.
    private static let abandoned = Mutex<[Thread]>([])

    /// Does nothing yet; its thread is going to have this name.
    init(named name: String = "changes") { self.name = name }

    /// Has a job done; false if too many wait already, or nothing is done any more.
    func submit(_ job: @escaping @Sendable () -> Void) -> Bool {
        let isTaken = state.withLock { state in
            guard !state.isStopping, state.jobs.count < Self.limit else { return false }
            if state.thread == nil {
                state.thread = try? Thread(trying: name) { [self] in run() }
            }
            guard state.thread != nil else { return false }
            state.jobs.append(job)
            return true
        }
        if isTaken { arrival.signal() }
        return isTaken
    }

    /// Forgets the jobs that wait, and waits for the one being done, but not longer than `duration`.
    func stop(within duration: Duration) {
        let thread = state.withLock { state in
            state.isStopping = true
            state.jobs = []
            return state.thread.take()
        }
        guard let thread else { return }
        arrival.signal()
        if ended.wait(for: duration) {
            thread.join()
        } else {
            Self.abandoned.withLock { $0.append(thread) }
        }
    }

    private func run() {
        while true {
            arrival.wait()
            let (job, isStopping) = state.withLock { state in
                (state.jobs.isEmpty ? nil : state.jobs.removeFirst(), state.isStopping)
            }
            job?()
            if isStopping { break }
        }
        ended.signal()
    }
}
