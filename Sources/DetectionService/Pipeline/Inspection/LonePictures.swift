import Detection
import FoundationEssentials
import Frames
import Inspection
import Synchronization
import VAE

/// Has all cores score a picture that comes alone, where the model inspects pictures.
///
/// While others wait or are being scored, each scoring thread takes one, which is more of them a second.
final class LonePictures: Sendable {
    private struct Prepared {
        let edition: ActiveModel.Edition
        let team: InspectionTeam
    }

    private let threads: Int
    private let prepared = Mutex<Prepared?>(nil)

    /// For so many threads, or as many as there are cores if that is fewer, for they wait for one another.
    ///
    /// Fewer than two share nothing.
    init(threads: Int) {
        self.threads = min(threads, ProcessInfo.processInfo.activeProcessorCount)
    }

    /// Makes a team for an edition that is about to serve, unless the present one scores as it does.
    func prepare(_ edition: ActiveModel.Edition) {
        let isPrepared = prepared.withLock { $0?.edition.hasScorer(of: edition) == true }
        guard !isPrepared, threads > 1 else { return }
        let team = edition.model.inspection.map { model in
            InspectionTeam(
                model, by: edition.calibration.calibration.computation.precision,
                computing: edition.rulebook.needed, threads: threads)
        }
        prepared.withLock { $0 = team.map { Prepared(edition: edition, team: $0) } }
    }

    /// Whether threads share the pictures that come alone.
    var areShared: Bool { prepared.withLock { $0 != nil } }

    /// What is found in the only picture of `batch`; nil if there is no team for the edition, or it is not free.
    func score(
        _ batch: borrowing Batch, by edition: ActiveModel.Edition
    ) -> InspectionTeam.Finding? {
        let team = prepared.withLock { prepared in
            prepared?.edition.hasScorer(of: edition) == true ? prepared?.team : nil
        }
        guard let team else { return nil }
        return batch.withImages { team.score($0, row: 0) }
    }
}
