import Detection
import Frames
import Synchronization
import VAE

/// The one decider of a pipeline, which its scoring threads use in turn.
///
/// Only deciding is ordered, a few comparisons a frame: batches are scored before, and written after,
/// by several threads at once.
final class DecidingStage: Sendable {
    private let decider: Mutex<Decider>
    private let turnstile = Turnstile()

    /// A stage that looks for what `plan` says beside single frames.
    init(_ plan: DecidingPlan) { decider = Mutex(Decider(plan: plan)) }

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
            decider.moveAnnouncements(to: &batch.announcements)
        }
    }

    /// Whether what comes is like the calibration's images.
    func auditReport(of edition: EditionNumber) -> AuditReport {
        decider.withLock { $0.auditReport(of: edition) }
    }

    /// Events so far, and those that last.
    var events: (count: UInt64, open: [(source: Source, event: FrameEvent)]) {
        decider.withLock { ($0.events, $0.openEvents) }
    }

    /// Ends all events, once nothing is decided any more; what is to be said of that.
    func closeEvents() -> [Announcement] {
        decider.withLock { decider in
            var announcements: [Announcement] = []
            decider.closeEvents()
            decider.moveAnnouncements(to: &announcements)
            return announcements
        }
    }
}
