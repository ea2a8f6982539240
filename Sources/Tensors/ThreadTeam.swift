internal import CKernels
import Glibc
import Platform
import Synchronization

/// Threads that work on the parts of one task at the same time, over and over.
///
/// Between tasks they spin: a step of training has two tasks of half a millisecond, and waking a
/// sleeping thread for each costs a fifth of the time. So a team is for a program that does nothing
/// else meanwhile; its threads end with it.
public final class ThreadTeam {
    /// The threads, the caller's included.
    public let count: Int
    private let shared: Shared
    private var threads: [Thread] = []

    /// What the threads of a team see of each other.
    ///
    /// `@unchecked Sendable` because `task` is written by the caller before it raises `generation` and
    /// read by the others after they have seen that, so the two never meet; the rest is atomic.
    private final class Shared: @unchecked Sendable {
        let generation = Atomic<Int>(0)
        let working = Atomic<Int>(0)
        let isEnding = Atomic<Bool>(false)
        var task: (Int) -> Void = { _ in }

        /// Does part `index` of one task after the other until the team ends.
        func work(_ index: Int) {
            prepareThreadForComputing()
            var seen = 0
            while true {
                spin(until: { generation.load(ordering: .acquiring) != seen })
                seen += 1
                if isEnding.load(ordering: .relaxed) { return }
                task(index)
                working.wrappingSubtract(1, ordering: .releasing)
            }
        }
    }

    /// Starts `count - 1` threads beside the caller's.
    public init(count: Int) {
        precondition(count > 0, "a team has at least the caller")
        self.count = count
        shared = Shared()
        for index in 1..<max(count, 1) {
            threads.append(Thread(named: "team-\(index)") { [shared] in shared.work(index) })
        }
    }

    deinit {
        shared.isEnding.store(true, ordering: .relaxed)
        shared.generation.wrappingAdd(1, ordering: .releasing)
        for thread in threads { thread.join() }
    }

    /// Calls `body` once for every index below `count`, each on a thread of its own prepared for
    /// computing, and returns when all calls have.
    ///
    /// Unsafe, because the closure is not `@Sendable`: the calls end before this does, but it is the
    /// caller who promises that none of them writes memory that another reads or writes.
    @unsafe public func run(_ body: (Int) -> Void) {
        // It does not escape: every call has ended when `working` is 0, and then nobody holds it.
        withoutActuallyEscaping(body) { body in
            shared.task = body
            shared.working.store(count - 1, ordering: .relaxed)
            shared.generation.wrappingAdd(1, ordering: .releasing)
            prepareThreadForComputing()
            body(0)
            spin(until: { shared.working.load(ordering: .acquiring) == 0 })
            shared.task = { _ in }
        }
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

/// Waits for a moment that is near: spins, and gives way to other programs if it takes long.
private func spin(until isTrue: () -> Bool) {
    var turns = 0
    while !isTrue() {
        turns += 1
        if turns < 10_000 { elbod_relax() } else { sched_yield() }
    }
}
