import Images
import Platform
import Synchronization
public import Tensors
public import VAE

/// An engine with threads of its own that share each picture: the shortest way for a lone one.
///
/// Its threads sleep between pictures. Any thread may call it; it has one picture at a time.
public final class InspectionTeam: Sendable {
    /// What is found in a picture.
    public struct Finding: Sendable {
        /// Its scores.
        public let scores: Scores
        /// Where it is odd.
        public let map: InspectionMap
    }

    private let desk: Desk
    private let leader: Thread

    /// Starts so many threads, which score a blank picture before any other.
    public init(
        _ model: InspectionModel, by precision: Precision, computing wanted: ScoreSet, threads: Int
    ) {
        let desk = Desk(values: model.imageShape.values)
        self.desk = desk
        leader = Thread(named: "inspecting") {
            let engine = InspectionEngine(
                model, by: precision, computing: wanted, capacity: 1,
                team: ThreadTeam(count: threads))
            engine.warmUp()
            desk.serve(engine)
        }
    }

    deinit {
        desk.close()
        leader.join()
    }

    /// Scores a row of `pictures`; nil, without waiting, if the team has another picture.
    public func score(_ pictures: borrowing ImageBatch, row: Int) -> Finding? {
        guard desk.take() else { return nil }
        let room = Buffer2D<UInt8>(rows: 1, columns: pictures.columns)
        return pictures.withBytes(ofRow: row, rounding: room) { desk.score($0) }
    }

    /// Where a picture is handed over, and what was found in it handed back.
    private final class Desk: Sendable {
        private struct State {
            var pixels: [UInt8]
            var finding: Finding?
            var isClosed = false
        }

        private let state: Mutex<State>
        private let isTaken = Atomic<Bool>(false)
        private let begun = Semaphore()
        private let finished = Semaphore()

        init(values: Int) {
            state = Mutex(State(pixels: [UInt8](repeating: 0, count: values)))
        }

        /// Whether it was free, and is now the caller's.
        func take() -> Bool { !isTaken.exchange(true, ordering: .acquiring) }

        /// Has the team score a picture, and frees the desk.
        func score(_ pixels: Span<UInt8>) -> Finding? {
            state.withLock { state in
                for index in pixels.indices { state.pixels[index] = pixels[index] }
            }
            begun.signal()
            finished.wait()
            let finding = state.withLock { $0.finding.take() }
            isTaken.store(false, ordering: .releasing)
            return finding
        }

        /// Scores one picture after the other, until the desk is closed.
        func serve(_ engine: InspectionEngine) {
            while true {
                begun.wait()
                let isClosed = state.withLock { state in
                    guard !state.isClosed else { return true }
                    let scores = engine.score(state.pixels.span)
                    state.finding = Finding(scores: scores, map: engine.map(ofRow: 0))
                    return false
                }
                if isClosed { return }
                finished.signal()
            }
        }

        func close() {
            state.withLock { $0.isClosed = true }
            begun.signal()
        }
    }
}
