import Dispatch

/// Calls `body` once for every index below `count`, at the same time on as many threads, and returns
/// when all calls have; each thread is prepared for computing.
///
/// The closure is not `@Sendable`: the calls end before this function does, and the caller promises
/// that they write disjoint memory, as the threads of a training step do.
public func concurrently(_ count: Int, _ body: (Int) -> Void) {
    withoutActuallyEscaping(body) { body in
        let shared = Shared(body: body)
        DispatchQueue.concurrentPerform(iterations: count) { index in
            prepareThreadForComputing()
            shared.body(index)
        }
    }
}

/// As above, storing what the call for each index returns in the element of `results` there.
public func concurrently<Result>(
    _ count: Int, collecting results: inout [Result], _ body: (Int) -> Result
) {
    precondition(results.count == count, "there must be one result per call")
    results.withUnsafeMutableBufferPointer { results in
        let base = results
        concurrently(count) { base[$0] = body($0) }
    }
}

/// Carries the closure across the threads of one `concurrently` call; see there for why it may.
private struct Shared: @unchecked Sendable {
    let body: (Int) -> Void
}
