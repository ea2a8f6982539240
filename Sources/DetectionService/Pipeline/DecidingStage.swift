import Detection
import Frames
import Synchronization
import VAE

/// The one decider of a pipeline, which its scoring threads use in turn.
///
/// Only deciding is ordered, a few comparisons a frame: batches are scored before, and written after,
/// by several threads at once.
final class DecidingStage: Sendable {
    private let decider = Mutex(Decider())
    private let turnstile = Turnstile()

    /// Fills in `batch.verdicts` and numbers them and `batch.rejected`, once all batches with lower
    /// numbers are decided.
    func decide(
        _ batch: inout DecidedBatch, scores: [Scores], by edition: ActiveModel.Edition,
        at times: Verdict.Times
    ) {
        turnstile.wait(for: batch.number)
        defer { turnstile.pass() }
        decider.withLock { decider in
            batch.firstRejection = decider.reserve(batch.rejected.count)
            decider.decide(
                batch.frames, scores: scores, edition: edition.number, by: edition.rulebook,
                at: times, into: &batch.verdicts)
        }
    }
}
