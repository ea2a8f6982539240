import Detection
import Frames
import Platform
import Synchronization
import VAE

/// What the scoring threads have seen lately: scores to recalibrate with, and times and scores for
/// the metrics.
final class RecentScores: Sendable {
    /// The scores of one frame, and whose it was.
    struct Observation: Sendable {
        let source: Source
        let scores: Scores
    }

    /// Scores being gathered for a new calibration.
    struct Collection: Sendable {
        /// Only frames of this source count, if it is set.
        let source: String?
        let wanted: Int
        var scores: [Scores] = []

        /// Whether the scores of a frame of `sender` count.
        func wants(_ sender: Source) -> Bool {
            !isComplete && (source == nil || source == sender.name)
        }

        /// Whether all are there.
        var isComplete: Bool { scores.count >= wanted }
    }

    private struct State {
        /// By place among `sources`, which are only ever added to.
        var recent: [(source: SourceIndex, scores: Scores)] = []
        var sources: [Source] = []
        var next = 0
        var collection: Collection?
        var histograms = Histograms()
    }

    private let state = Mutex(State())
    /// Frames whose scores are kept.
    private static let limit = 10_000

    /// Takes note of a batch that was scored.
    func note(
        _ batch: borrowing Batch, _ scores: [Scores], _ verdicts: [FrameQueue.Verdict],
        edition: Int,
        started: UnixTime, scored: UnixTime
    ) {
        guard batch.count > 0 else { return }
        state.withLock { state in
            state.histograms.noteBatch(started: started, scored: scored)
            if state.sources.count < batch.sources.count { state.sources = batch.sources }
            for row in 0..<batch.count where verdicts[row] != .notFinite {
                let frame = batch.frame(row)
                state.histograms.note(frame, scores[row], scored: scored)
                let observation = (source: frame.source, scores: scores[row])
                if state.recent.count < Self.limit {
                    state.recent.append(observation)
                } else {
                    state.recent[state.next] = observation
                    state.next = (state.next + 1) % Self.limit
                }
                if state.collection?.wants(batch.source(row)) == true {
                    state.collection?.scores.append(scores[row])
                }
            }
        }
    }

    /// The last frames that were scored, at most 10,000, in no special order.
    var recent: [Observation] {
        state.withLock { state in
            state.recent.map {
                Observation(source: state.sources[$0.source], scores: $0.scores)
            }
        }
    }

    /// Begins to gather the scores of the next `count` frames; false if others are being gathered.
    func startCollecting(_ count: Int, source: String?) -> Bool {
        state.withLock { state in
            guard state.collection == nil else { return false }
            state.collection = Collection(source: source, wanted: count)
            return true
        }
    }

    /// What has been gathered so far.
    var collection: Collection? { state.withLock { $0.collection } }

    /// Ends gathering.
    func stopCollecting() { state.withLock { $0.collection = nil } }

    /// Forgets scores of another model, and sets the buckets to those of `calibration`.
    func restart(for calibration: Calibration, isOtherModel: Bool) {
        state.withLock { state in
            if isOtherModel {
                state.recent.removeAll(keepingCapacity: true)
                state.next = 0
            }
            state.histograms.restart(for: calibration)
        }
    }

    /// Times and scores so far.
    var histograms: Histograms { state.withLock { $0.histograms } }
}
