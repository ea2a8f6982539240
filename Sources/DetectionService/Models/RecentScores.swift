import Detection
import Frames
import Platform
import Synchronization
import VAE

/// The sink that remembers: scores to recalibrate with, and times and scores for the metrics.
final class RecentScores: VerdictSink {
    private struct State {
        var history = ScoreHistory(limit: RecentScores.limit)
        var histograms = Histograms()
    }

    private let state = Mutex(State())
    /// Frames whose scores are kept.
    private static let limit = 10_000

    /// Takes note of a batch; waits for nobody.
    func take(_ batch: borrowing DecidedBatch) {
        guard let times = batch.verdicts.first?.times else { return }
        let sources = batch.frames.sources
        state.withLock { state in
            state.histograms.noteBatch(started: times.started, scored: times.scored)
            for index in batch.verdicts.indices {
                let verdict = batch.verdicts[index]
                guard verdict.decision != nil else { continue }
                state.histograms.note(verdict)
                state.history.note(verdict, of: sources)
            }
        }
    }

    /// The last frames that were scored, at most 10,000, in no special order.
    var recent: [ScoreHistory.Entry] { state.withLock { $0.history.entries } }

    /// Begins to gather the scores of the next `count` frames; false if others are being gathered.
    func startCollecting(_ count: Int, source: String?) -> Bool {
        state.withLock { $0.history.startCollecting(count, source: source) }
    }

    /// What has been gathered so far.
    var collection: ScoreHistory.Collection? { state.withLock { $0.history.collection } }

    /// Ends gathering.
    func stopCollecting() { state.withLock { $0.history.stopCollecting() } }

    /// Sets the buckets to those of `calibration`, in force from edition `number` on, and forgets the
    /// scores of another model.
    func restart(for calibration: Calibration, from number: EditionNumber, isOtherModel: Bool) {
        state.withLock { state in
            if isOtherModel { state.history.restart(from: number) }
            state.histograms.restart(for: calibration)
        }
    }

    /// Times and scores so far.
    var histograms: Histograms { state.withLock { $0.histograms } }
}
