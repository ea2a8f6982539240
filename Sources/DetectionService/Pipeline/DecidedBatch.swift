import Detection
import Frames
import Inspection
import VAE

/// A batch on its way from the queue to the sinks: its frames, then their verdicts, then these as text.
///
/// Belongs to one scoring thread, which uses its memory again and again.
struct DecidedBatch: ~Copyable {
    /// Batches are numbered in the order in which they are taken from the queue.
    var number = BatchNumber(0)
    /// The frames.
    var frames: Batch
    /// Messages that came with them and could not be scored.
    var rejected: [RejectedMessage] = []
    /// The number of publication of the first of `rejected`; the others' follow it.
    var firstRejection: UInt64 = 0
    /// What was decided, one a frame, in the order of the rows.
    var verdicts: [Verdict] = []
    /// Where the frames are odd, one a row, by models that inspect pictures; none by others.
    var maps: [InspectionMap] = []
    /// What these show, one a verdict.
    var findings: [Finding] = []
    /// What is said about sources beside.
    var announcements: [Announcement] = []
    /// Errors, then verdicts, then announcements, as they are published.
    var lines: EncodedLines

    /// Room for `capacity` frames of so many values each.
    init(capacity: Int, values: Int) {
        frames = Batch(capacity: capacity, pixels: values)
        verdicts.reserveCapacity(capacity)
        lines = EncodedLines(capacity: 2 * capacity)
    }

    /// Forgets everything, keeping the memory.
    mutating func removeAll() {
        frames.removeAll()
        rejected.removeAll(keepingCapacity: true)
        verdicts.removeAll(keepingCapacity: true)
        maps.removeAll(keepingCapacity: true)
        findings.removeAll(keepingCapacity: true)
        announcements.removeAll(keepingCapacity: true)
        lines.removeAll()
    }
}

/// Writes what is published about a batch.
struct BatchEncoder {
    private var verdicts: VerdictEncoder
    private let rejections: RejectionEncoder
    private let announcements: AnnouncementEncoder
    private let maps: MapEncoder

    /// An encoder for verdicts of `edition` of the run `identity`.
    init(_ edition: ActiveModel.Edition, _ identity: RunIdentity, allScores: Bool) {
        verdicts = VerdictEncoder(
            rulebook: edition.rulebook, model: edition.model.digest, epoch: identity.epoch,
            worker: identity.worker, allScores: allScores)
        rejections = RejectionEncoder(epoch: identity.epoch, worker: identity.worker)
        announcements = AnnouncementEncoder(epoch: identity.epoch, worker: identity.worker)
        maps = MapEncoder(epoch: identity.epoch, worker: identity.worker)
    }

    /// Fills `batch.lines`.
    mutating func encode(_ batch: inout DecidedBatch) {
        for (index, rejected) in batch.rejected.enumerated() {
            rejections.encode(
                rejected, publication: batch.firstRejection + UInt64(index),
                into: &batch.lines.bytes)
            batch.lines.endLine(.error, of: rejected.source.index, reply: rejected.reply)
        }
        for (index, verdict) in batch.verdicts.enumerated() {
            let (row, reply) = (verdict.row, batch.frames.reply(verdict.row))
            if let decision = verdict.decision {
                let boxes = batch.findings.isEmpty ? nil : batch.findings[index].boxes
                verdicts.encode(
                    verdict, of: batch.frames, boxes: boxes, into: &batch.lines.bytes)
                batch.lines.endLine(
                    decision.isAnomaly ? .anomaly : .normal, of: verdict.frame.source,
                    reply: reply)
            } else {
                let rejected = RejectedMessage(
                    reason: .scoreNotFinite, source: batch.frames.source(row),
                    sequence: verdict.frame.sequence, received: verdict.frame.received)
                rejections.encode(
                    rejected, publication: verdict.publication, into: &batch.lines.bytes)
                batch.lines.endLine(.error, of: verdict.frame.source, reply: reply)
            }
        }
        for (finding, verdict) in zip(batch.findings, batch.verdicts) {
            guard let drawing = finding.drawing else { continue }
            let source = batch.frames.source(verdict.row)
            maps.encode(drawing, of: verdict, source, into: &batch.lines.bytes)
            batch.lines.endLine(under: source.topic("map"), attaching: drawing.png)
        }
        for announcement in batch.announcements {
            announcements.encode(announcement, into: &batch.lines.bytes)
            batch.lines.endLine(under: announcement.topic)
        }
    }
}

extension Announcement {
    /// Under which topic it is published.
    var topic: [UInt8] {
        switch contents {
        case .event: source.topic("event")
        case .window: source.topic("window")
        }
    }
}
