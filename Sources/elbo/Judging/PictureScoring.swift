import Datasets
import Images
import Inspection
import Platform
import Synchronization
import Tensors
import VAE

extension InspectionModel {
    /// Scores every picture of `set` on several threads, each with an engine of its own.
    func scores(of set: ImageSet, by precision: Precision, threads: Int) -> [Scores] {
        judged(set, by: precision, threads: threads) { _, scores in scores }
    }

    /// What `body` makes of every picture of `set` and its scores, on several threads: the engine holds the picture's
    /// map as row 0.
    func judged<Result: Sendable>(
        _ set: ImageSet, by precision: Precision, threads: Int,
        _ body: @escaping @Sendable (InspectionEngine, Scores) -> Result
    ) -> [Result] {
        let workers = Workers<Result>(count: set.count)
        let size = imageShape.values
        let all = (0..<max(1, min(threads, set.count))).map { number in
            Thread(named: "inspecting-\(number)") {
                let engine = InspectionEngine(
                    self, by: precision, computing: ScoreSet.places.union(.health), capacity: 1)
                while true {
                    let index = workers.next.wrappingAdd(1, ordering: .relaxed).oldValue
                    guard index < set.count else { return }
                    let pixels = set.pixels.span.extracting(index * size..<(index + 1) * size)
                    let result = body(engine, engine.score(pixels))
                    workers.results.withLock { $0[index] = result }
                }
            }
        }
        for thread in all { thread.join() }
        return workers.results.withLock { $0.compactMap { $0 } }
    }

    /// What threads take work from and leave results in.
    private final class Workers<Result: Sendable>: Sendable {
        let next = Atomic<Int>(0)
        let results: Mutex<[Result?]>

        init(count: Int) { results = Mutex(Array(repeating: nil, count: count)) }
    }
}
