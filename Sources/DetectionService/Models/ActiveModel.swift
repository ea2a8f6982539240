import Detection
import Platform
import Synchronization
import VAE

/// The model and the bounds in service, and how they are replaced between two batches.
///
/// A scoring thread looks here before each batch and takes the latest edition; it scores and judges
/// the whole batch by that one, so no verdict mixes two.
final class ActiveModel: Sendable {
    /// A model and its calibration, replaced as one.
    struct Edition: Sendable {
        let model: LoadedModel
        let calibration: LoadedCalibration
        /// Bounds of sources that have their own.
        let sources: [String: LoadedCalibration]
        /// Counted from 1 for each run of the daemon.
        var number = 1

        /// An engine that scores by it, in batches of at most `capacity` frames.
        func engine(capacity: Int) -> ScoringEngine {
            ScoringEngine(
                model.model.weights, by: calibration.calibration.computation,
                capacity: capacity)
        }

        /// Whether engines of it and of `other` compute the same.
        func hasEngine(of other: Edition) -> Bool {
            model.digest == other.model.digest
                && calibration.calibration.computation == other.calibration.calibration.computation
        }
    }

    private struct State {
        var edition: Edition
        var adopted: [Int]
    }

    private let state: Mutex<State>
    private let number = Atomic<Int>(1)
    /// Where whoever put an edition into service waits for the threads.
    private let adoption = Condition()

    init(_ edition: Edition, threads: Int) {
        state = Mutex(State(edition: edition, adopted: Array(repeating: 0, count: threads)))
    }

    /// What is in service.
    var edition: Edition { state.withLock { $0.edition } }

    /// The latest edition if it is another than number `current`; the scoring thread that asks uses
    /// it from now on.
    func adopt(thread: Int, current: Int) -> Edition? {
        guard number.load(ordering: .acquiring) != current else { return nil }
        let edition = state.withLock { state in
            state.adopted[thread] = state.edition.number
            return state.edition
        }
        adoption.lock()
        adoption.broadcast()
        adoption.unlock()
        return edition
    }

    /// Puts an edition into service and returns its number; verified before, for this cannot fail.
    func replace(with edition: Edition) -> Int {
        state.withLock { state in
            let number = state.edition.number + 1
            state.edition = edition
            state.edition.number = number
            self.number.store(number, ordering: .releasing)
            return number
        }
    }

    /// Waits until every scoring thread uses edition `number` or a later one; false if that takes
    /// longer than `seconds`.
    func waitUntilAdopted(_ number: Int, seconds: Double) -> Bool {
        let deadline = Condition.Deadline(seconds: seconds)
        adoption.lock()
        defer { adoption.unlock() }
        while !state.withLock({ $0.adopted.allSatisfy { $0 >= number } }) {
            guard adoption.wait(until: deadline) else { return false }
        }
        return true
    }
}
