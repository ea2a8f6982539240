import Dispatch

/// Calls `body` once for every index below `count`, at the same time on as many threads, and returns
/// when all calls have; each thread is prepared for computing.
///
/// The closure is not `@Sendable`: the calls end before this function does, and the caller promises
/// that they write disjoint memory, as the shards of a training step do.
public func concurrently(_ count: Int, _ body: (Int) -> Void) {
    withoutActuallyEscaping(body) { body in
        let shared = Shared(body: body)
        DispatchQueue.concurrentPerform(iterations: count) { index in
            prepareThreadForComputing()
            shared.body(index)
        }
    }
}

/// Carries the closure across the threads of one `concurrently` call; see there for why it may.
private struct Shared: @unchecked Sendable {
    let body: (Int) -> Void
}
