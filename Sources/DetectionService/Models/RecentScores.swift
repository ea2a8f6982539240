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

    /// Begins to gather the scores of the next `count` frames; throws who gathers others.
    func startCollecting(
        _ count: Int, source: String?, _ lease: Gathering.Lease
    ) throws(GatheringError) {
        let other = state.withLock { state -> String? in
            guard !state.history.startCollecting(count, source: source, lease) else { return nil }
            return state.history.collection.map { gathering in
                let seconds = gathering.secondsLeft(at: .now)
                return "\(gathering.title); it ends within \(seconds) s of its last sign of life"
            }
        }
        if let other { throw .taken(other) }
    }

    /// The holder of this ticket is still there; throws if its gathering has ended.
    func renew(_ ticket: String?) throws(GatheringError) {
        let (isRenewed, ending) = state.withLock {
            ($0.history.renew(ticket, at: .now), $0.history.ending)
        }
        guard isRenewed else { throw .over(ending) }
    }

    /// What has been gathered, for the holder of this ticket; throws if it is not all there.
    ///
    /// Nothing is appended any more once it is, so that sharing the scores copies none.
    func gathered(_ ticket: String?) throws(GatheringError) -> Gathering {
        try renew(ticket)
        let gathering = state.withLock { state in
            state.history.collection.flatMap { $0.isComplete ? $0 : nil }
        }
        guard let gathering else { throw .incomplete }
        return gathering
    }

    /// How far gathering is; nil if nothing is gathered.
    ///
    /// `isQuestion` says that a client asked, which is the sign of life of those that know of no lease.
    func progress(isQuestion: Bool = false) -> GatheringProgress? {
        state.withLock { state in
            if isQuestion, state.history.collection?.lease.isExplicit == false {
                _ = state.history.renew(nil, at: .now)
            }
            state.history.expire(at: .now)
            return state.history.collection.map { GatheringProgress($0, at: .now) }
        }
    }

    /// Ends gathering, that of this ticket alone where one is given.
    func stopCollecting(_ ticket: String? = nil, because reason: String? = nil) {
        state.withLock { state in
            if let ticket, ticket != state.history.collection?.ticket { return }
            state.history.stopCollecting(because: reason)
        }
    }

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
