internal import CKernels
import Glibc
import Platform
import Synchronization

/// Threads that work on the parts of one task at the same time, over and over.
///
/// Between tasks they spin for a while, and then sleep: a step of training has two tasks of half a millisecond,
/// and waking a sleeping thread for each costs a fifth of the time. Its threads end with it.
///
/// A thread that finds itself on the processor of another one of the team moves to one that has none. Linux wakes a thread
/// on the processor of the one that wakes it where it believes that the others are busy, which on a machine of two it does
/// for long, and then leaves both there for milliseconds: a picture that two threads share took 11 ms, and takes 6.
public final class ThreadTeam {
    /// The threads, the caller's included.
    public let count: Int
    private let shared: Shared
    private var threads: [Thread] = []

    /// What the threads of a team see of each other.
    ///
    /// `@unchecked Sendable` because `task` is written by the caller before it raises `generation` and
    /// read by the others after they have seen that, and is written again only after each of them has
    /// lowered `working`, its call at an end; so the two never meet. The rest is atomic, or never replaced and `Sendable` itself.
    private final class Shared: @unchecked Sendable {
        private let generation = Atomic<Int>(0)
        let working = Atomic<Int>(0)
        let isEnding = Atomic<Bool>(false)
        var task: (Int) -> Void = { _ in }
        private let sleepers = Atomic<Int>(0)
        private let begun = Condition()
        private let seats: Seats

        init(count: Int) { seats = Seats(count: count) }

        /// Lets the others begin, and wakes those that sleep.
        func begin() {
            seats.take(0)
            // Either this sees a sleeper, or the sleeper sees the new generation: both are in one order.
            generation.wrappingAdd(1, ordering: .sequentiallyConsistent)
            guard sleepers.load(ordering: .sequentiallyConsistent) > 0 else { return }
            begun.lock()
            begun.broadcast()
            begun.unlock()
            // One that was woken on this processor moves away now, not when this thread has done its part.
            sched_yield()
        }

        private func waitForGeneration(after seen: Int) {
            let isThere = { self.generation.load(ordering: .sequentiallyConsistent) != seen }
            if spin(for: Self.patience, until: isThere) { return }
            begun.lock()
            sleepers.wrappingAdd(1, ordering: .sequentiallyConsistent)
            while !isThere() { begun.wait() }
            sleepers.wrappingSubtract(1, ordering: .sequentiallyConsistent)
            begun.unlock()
        }

        /// Longer than the pauses between the tasks of a program that does nothing else.
        private static let patience = Duration.microseconds(500)

        /// Does part `index` of one task after the other until the team ends.
        func work(_ index: Int) {
            prepareThreadForComputing()
            var seen = 0
            while true {
                waitForGeneration(after: seen)
                seen += 1
                if isEnding.load(ordering: .relaxed) { return }
                seats.take(index)
                task(index)
                working.wrappingSubtract(1, ordering: .releasing)
            }
        }
    }

    /// Starts `count - 1` threads beside the caller's.
    public init(count: Int) {
        precondition(count > 0, "a team has at least the caller")
        self.count = count
        shared = Shared(count: count)
        for index in 1..<max(count, 1) {
            threads.append(Thread(named: "team-\(index)") { [shared] in shared.work(index) })
        }
    }

    deinit {
        shared.isEnding.store(true, ordering: .relaxed)
        shared.begin()
        for thread in threads { thread.join() }
    }

    /// Calls `body` once for every index below `count`, each on a thread of its own prepared for
    /// computing, and returns when all calls have.
    ///
    /// Unsafe, because the closure is not `@Sendable`: the calls end before this does, but it is the
    /// caller who promises that none of them writes memory that another reads or writes.
    @unsafe public func run(_ body: (Int) -> Void) {
        // It does not escape: every call has ended when `working` is 0, and then nobody holds it. The compiler's check of
        // that would name this file by its path, and the same source make other bytes in another folder.
        #sourceLocation(file:"ThreadTeam+Run.swift",line:90)
        withoutActuallyEscaping(body) { body in
            shared.task = body
            shared.working.store(count - 1, ordering: .relaxed)
            shared.begin()
            prepareThreadForComputing()
            body(0)
            _ = spin(until: { shared.working.load(ordering: .acquiring) == 0 })
            shared.task = { _ in }
        }
        #sourceLocation()
    }

    /// As above, storing what the call for each index returns in the element of `results` there.
    @unsafe public func run<Result>(collecting results: inout [Result], _ body: (Int) -> Result) {
        precondition(results.count == count, "there must be one result per call")
        unsafe results.withUnsafeMutableBufferPointer { results in
            let base = unsafe results
            unsafe run { unsafe base[$0] = body($0) }
        }
    }
}

/// On which processors the threads of a team are.
private final class Seats: Sendable {
    private let processors: [Seat]
    /// Whether threads may move, as far as is known.
    private let isMovable = Atomic<Bool>(true)

    private final class Seat: Sendable {
        let processor = Atomic<Int32>(-1)
    }

    init(count: Int) { processors = (0..<count).map { _ in Seat() } }

    /// Says where thread `index` is, the caller; if another one is there too, and it is not the first, it moves first.
    func take(_ index: Int) {
        let seat = processors[index]
        let here = currentProcessor()
        if index > 0, isTaken(here, besides: index), isMovable.load(ordering: .relaxed) {
            let taken = processors.indices.filter { $0 != index }
                .map { processors[$0].processor.load(ordering: .relaxed) }
            if !leaveProcessors(taken) { isMovable.store(false, ordering: .relaxed) }
            return seat.processor.store(currentProcessor(), ordering: .relaxed)
        }
        seat.processor.store(here, ordering: .relaxed)
    }

    private func isTaken(_ processor: Int32, besides index: Int) -> Bool {
        processors.indices.contains {
            $0 != index && processors[$0].processor.load(ordering: .relaxed) == processor
        }
    }
}

/// Waits for a moment that is near: spins, and gives way to other programs if it takes long; false if it has not come
/// for as long as there is patience.
private func spin(for patience: Duration? = nil, until isTrue: () -> Bool) -> Bool {
    var turns = 0
    var deadline: ContinuousClock.Instant?
    while !isTrue() {
        turns += 1
        if turns < 10_000 {
            elbod_relax()
            continue
        }
        if let patience {
            let now = ContinuousClock.now
            if now >= deadline ?? now + patience { return false }
            deadline = deadline ?? now + patience
        }
        sched_yield()
    }
    return true
}
