import Foundation
import Synchronization

/// A race, or with `locked` as argument none, to try ThreadSanitizer on before it is believed.
///
/// `@unchecked Sendable` without being it: the compiler has to let the race pass for the sanitizer to find.
@main final class Canary: @unchecked Sendable {
    private var count = 0
    private let guarded = Mutex(0)
    private let ready = Atomic(0)

    static func main() {
        let (canary, isLocked) = (Canary(), CommandLine.arguments.contains("locked"))
        let threads = DispatchGroup()
        for _ in 0..<4 {
            threads.enter()
            Thread {
                canary.ready.add(1, ordering: .relaxed)
                // Together, or there may be no race to be seen: threads this short can follow each other.
                while canary.ready.load(ordering: .relaxed) < 4 {}
                for _ in 0..<200_000 {
                    if isLocked { canary.guarded.withLock { $0 += 1 } } else { canary.count += 1 }
                }
                threads.leave()
            }.start()
        }
        threads.wait()
    }
}
