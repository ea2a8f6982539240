import Detection
import Inspection
import Platform
import Synchronization
import VAE

/// The model and the bounds in service, and how they are replaced between two batches.
///
/// A scoring thread looks here before each batch and takes the latest edition; it scores and judges
/// the whole batch by that one, so no verdict mixes two.
final class ActiveModel: Sendable {
    /// A model and its calibrations, replaced as one.
    struct Edition: Sendable {
        let model: LoadedPictureModel
        /// The calibration of sources without one of their own.
        let calibration: LoadedCalibration
        /// Calibrations of sources that have their own.
        let sources: [String: LoadedCalibration]
        /// Who decides about which source.
        let rulebook: Rulebook
        /// Counted from 1 for each run of the daemon.
        var number = EditionNumber.first

        init(
            model: LoadedPictureModel, calibration: LoadedCalibration,
            sources: [String: LoadedCalibration]
        ) {
            (self.model, self.calibration, self.sources) = (model, calibration, sources)
            rulebook = Rulebook(calibration, sources: sources)
        }

        /// What scores by it, in batches of at most `capacity` frames.
        func scorer(capacity: Int) -> any ImageScorer {
            model.model.scorer(
                by: calibration.calibration.computation, computing: rulebook.needed,
                capacity: capacity)
        }

        /// Throws if windows of frames could never find anything by its calibrations.
        func check(_ discoveries: DiscoveryRule?) throws(CalibrationError) {
            guard let discoveries else { return }
            for loaded in rulebook.calibrations { try discoveries.check(loaded.calibration.drawn) }
        }

        /// Whether what scores by it and by `other` computes the same.
        func hasScorer(of other: Edition) -> Bool {
            model.digest == other.model.digest
                && calibration.calibration.computation == other.calibration.calibration.computation
                && rulebook.needed == other.rulebook.needed
        }
    }

    private struct State {
        var edition: Edition
        var adoption: Adoption
    }

    private let state: Mutex<State>
    private let number = Atomic<Int>(EditionNumber.first.rawValue)
    /// Where a change of edition waits for the scoring threads.
    private let adopted = Condition()

    init(_ edition: Edition, threads: Int) {
        state = Mutex(State(edition: edition, adoption: Adoption(threads: threads)))
    }

    /// What is in service.
    var edition: Edition { state.withLock { $0.edition } }

    /// The latest edition if it is another than number `current`; the scoring thread that asks uses
    /// it from now on.
    func adopt(thread: Int, current: EditionNumber) -> Edition? {
        guard number.load(ordering: .acquiring) != current.rawValue else { return nil }
        let edition = state.withLock { state in
            state.adoption.note(thread: thread, uses: state.edition.number)
            return state.edition
        }
        adopted.lock()
        adopted.broadcast()
        adopted.unlock()
        return edition
    }

    /// Puts an edition into service and returns its number; verified before, for this cannot fail.
    func replace(with edition: Edition) -> EditionNumber {
        state.withLock { state in
            let number = state.edition.number.next
            state.edition = edition
            state.edition.number = number
            self.number.store(number.rawValue, ordering: .releasing)
            return number
        }
    }

    /// Waits until every scoring thread uses edition `number` or a later one; false if that takes
    /// longer than `seconds`.
    func waitUntilAdopted(_ number: EditionNumber, seconds: Double) -> Bool {
        let deadline = Condition.Deadline(seconds: seconds)
        adopted.lock()
        defer { adopted.unlock() }
        while !state.withLock({ $0.adoption.isComplete(number) }) {
            guard adopted.wait(until: deadline) else { return false }
        }
        return true
    }
}

/// Which edition each scoring thread uses.
struct Adoption: Sendable {
    private var editions: [EditionNumber]

    /// So many threads, none of which uses any.
    init(threads: Int) { editions = Array(repeating: .none, count: threads) }

    /// Takes note that a thread uses an edition from now on.
    mutating func note(thread: Int, uses edition: EditionNumber) { editions[thread] = edition }

    /// Whether every thread uses this edition or a later one.
    func isComplete(_ edition: EditionNumber) -> Bool { editions.allSatisfy { $0 >= edition } }
}
