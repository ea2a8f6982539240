import Platform
import Synchronization

/// Where models and calibrations are read and made: on a thread of their own, one piece of work at a time.
///
/// A disk may hang and a calibration hold a million scores, and no thread that the watchdog looks after may
/// wait for either. Whoever asks waits here, going on with its heartbeat, and gets an answer after a time in
/// any case; the work goes on.
final class Workshop: Sendable {
    private struct State {
        var job: (name: String, since: ContinuousClock.Instant)?
        var thread: Thread?
        /// What is to be done after the job.
        var next: (@Sendable () -> Void)?
        var isClosed = false
    }

    private let state = Mutex(State())
    private let changed = Condition()

    /// How long somebody waits for an answer, in seconds: less than clients do.
    static let patience = 8.0
    /// Threads that hang in the kernel when the process ends: joining them would keep it from ending.
    private static let abandoned = Mutex<[Thread]>([])

    /// Nothing done yet.
    init() {}

    /// Whether work is being done, which may take memory that no peer is to blame for.
    var isBusy: Bool { state.withLock { $0.job != nil } }

    deinit {
        // Only where nobody closed it; by the thread itself, perhaps, which cannot wait for its own end.
        if let thread = state.withLock({ $0.thread.take() }) {
            Self.abandoned.withLock { $0.append(thread) }
        }
    }

    /// Has `work` done and waits for it, for `seconds` at most, calling `tick` ten times a second and until
    /// that says no.
    func perform<Result: Sendable>(
        _ name: String, seconds: Double = Workshop.patience, tick: () -> Bool,
        work: @escaping @Sendable () -> Result
    ) throws(WorkshopError) -> Result {
        let clock = ContinuousClock()
        let deadline = clock.now + .seconds(seconds)
        let result = Slot<Result>()
        var isStarted = false
        while true {
            if !isStarted { isStarted = start(name) { result.put(work()) } }
            if let result = result.value { return result }
            guard tick() else { throw .stopping }
            let job = state.withLock { $0.job }
            if clock.now >= deadline {
                let job = job ?? (name, clock.now)
                throw .busy(job.name, seconds: Int((clock.now - job.since).components.seconds))
            }
            changed.lock()
            if !result.isFilled { _ = changed.wait(until: .init(seconds: 0.1)) }
            changed.unlock()
        }
    }

    /// Has `work` done as soon as nothing else is, without waiting for it; once, however often that is said
    /// until then.
    func performLater(_ name: String, _ work: @escaping @Sendable () -> Void) {
        start(name, orLater: true, work)
    }

    /// Starts nothing any more, and waits a second for what is being done.
    func close() {
        let clock = ContinuousClock()
        let deadline = clock.now + .seconds(1)
        state.withLock { state in
            state.isClosed = true
            state.next = nil
        }
        while state.withLock({ $0.job != nil }), clock.now < deadline {
            changed.lock()
            _ = changed.wait(until: .init(seconds: 0.02))
            changed.unlock()
        }
        let (thread, isBusy) = state.withLock { ($0.thread.take(), $0.job != nil) }
        guard let thread else { return }
        if isBusy { Self.abandoned.withLock { $0.append(thread) } } else { thread.join() }
    }

    /// Begins with some work, unless other work is being done; then it may be done after that.
    @discardableResult private func start(
        _ name: String, orLater: Bool = false, _ work: @escaping @Sendable () -> Void
    ) -> Bool {
        var finished: Thread?
        let isStarted = state.withLock { state in
            guard state.job == nil, !state.isClosed else {
                if orLater, !state.isClosed { state.next = work }
                return false
            }
            finished = state.thread.take()
            state.job = (name, .now)
            state.thread = Thread(named: "loading") { [self] in run(work) }
            return true
        }
        // It has done its work and is about to end.
        finished?.join()
        return isStarted
    }

    private func run(_ work: @Sendable () -> Void) {
        work()
        while let next = state.withLock({ state in
            let next = state.next.take()
            if next == nil { state.job = nil }
            return next
        }) { next() }
        changed.lock()
        changed.broadcast()
        changed.unlock()
    }

    /// Where a result is put by one thread and found by another.
    private final class Slot<Value: Sendable>: Sendable {
        private let content = Mutex<Value?>(nil)
        var value: Value? { content.withLock { $0 } }
        var isFilled: Bool { content.withLock { $0 != nil } }
        func put(_ value: Value) { content.withLock { $0 = value } }
    }
}

/// Why somebody got no result.
enum WorkshopError: Error, CustomStringConvertible {
    /// Work of this name has been going on for so long.
    case busy(String, seconds: Int)
    /// The daemon stops.
    case stopping

    /// One sentence an operator can act on.
    var description: String {
        switch self {
        case .busy(let name, let seconds):
            "still busy with \(name), for \(seconds) s so far (a slow disk, or a large file?): it goes on, "
                + "what served before serves meanwhile, and elbo status and the log say how it ends"
        case .stopping: "the daemon is stopping; ask again when it has started"
        }
    }
}
