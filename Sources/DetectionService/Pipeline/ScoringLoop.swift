import Detection
import Dispatch
import Frames
import Images
import Platform
import ServiceConfiguration
import VAE
import ZeroMQ

/// Takes batches, scores and judges them, and publishes a verdict on every frame.
///
/// Lives on one thread, of its own or the receiver's; several such threads share the exchange and the
/// publisher.
struct ScoringLoop: ~Copyable {
    private let thread: Int
    private let parts: Parts
    private let capacity: Int
    private let allScores: Bool
    private var edition: ActiveModel.Edition
    private var scorer: ScoringEngine
    private var verdicts: VerdictEncoder
    private var own: [String: VerdictEncoder] = [:]
    private var errors: RejectionEncoder
    private var batch: Batch
    private var outcomes: [FrameQueue.Verdict] = []
    private var rejections: [FrameExchange.Rejected] = []
    private var outbox: Outbox

    /// What the scoring threads have in common.
    struct Parts: Sendable {
        let identity: RunIdentity
        let activeModel: ActiveModel
        let exchange: FrameExchange
        let publisher: Publisher
        let replies: PendingReplies
        let recentScores: RecentScores
    }

    private static let tick = DispatchTimeInterval.milliseconds(250)

    /// Allocates everything the loop touches, and warms it up.
    init(thread: Int, _ parts: Parts, _ configuration: Configuration) {
        self.thread = thread
        self.parts = parts
        capacity = configuration.batch
        allScores = configuration.allScores
        edition = parts.activeModel.edition
        scorer = edition.engine(capacity: capacity)
        scorer.warmUp()
        verdicts = VerdictEncoder(edition, edition.calibration, parts.identity, allScores)
        errors = RejectionEncoder(epoch: parts.identity.epoch, worker: parts.identity.worker)
        batch = Batch(capacity: capacity, pixels: edition.model.model.imageShape.pixels)
        outbox = Outbox(capacity: 2 * capacity)
        outcomes.reserveCapacity(capacity)
        _ = parts.activeModel.adopt(thread: thread, current: 0)
    }

    /// Serves until the exchange is closed and empty.
    mutating func run(heartbeat: Heartbeat) throws(ZMQError) {
        repeat { heartbeat.advance() } while try serveNext(waiting: Self.tick) != .closed
    }

    /// Serves what has arrived, and waits for nothing.
    mutating func serveArrived() throws(ZMQError) {
        while case .batch = try serveNext(waiting: nil) {}
    }

    private mutating func serveNext(
        waiting: DispatchTimeInterval?
    ) throws(ZMQError) -> FrameExchange.Delivery {
        adoptLatest()
        let delivery = parts.exchange.take(into: &batch, &rejections, waiting: waiting)
        if case .batch(let number) = delivery {
            // The frames may have been waited for: what was put into service meanwhile counts.
            adoptLatest()
            try serve(number)
        }
        return delivery
    }

    private mutating func adoptLatest() {
        guard let latest = parts.activeModel.adopt(thread: thread, current: edition.number) else {
            return
        }
        let isOtherEngine = !latest.hasEngine(of: edition)
        edition = latest
        // A few milliseconds: whoever put this edition into service has warmed it up, and oneDNN keeps
        // its code.
        if isOtherEngine { scorer = edition.engine(capacity: capacity) }
        verdicts = VerdictEncoder(edition, edition.calibration, parts.identity, allScores)
        own.removeAll()
    }

    private mutating func serve(_ number: BatchNumber) throws(ZMQError) {
        for rejected in rejections { write(rejected) }
        rejections.removeAll(keepingCapacity: true)
        let started = UnixTime.now
        if batch.count > 0 { scorer.score(batch.images, count: batch.count) }
        let scored = UnixTime.now
        for row in 0..<batch.count { judge(row, scored: scored, started: started) }
        parts.recentScores.note(
            batch, scorer.scores, outcomes, edition: edition.number, started: started,
            scored: scored)
        var failure: ZMQError?
        do { try parts.publisher.publish(&outbox, of: batch.sources, batch: number.value) } catch {
            failure = error
        }
        sendReplies()
        parts.exchange.settle(&batch, outcomes)
        batch.removeAll()
        outbox.removeAll()
        outcomes.removeAll(keepingCapacity: true)
        if let failure { throw failure }
    }

    private mutating func judge(_ row: Int, scored: UnixTime, started: UnixTime) {
        let scores = scorer.scores[row]
        guard scores.isFinite else {
            let frame = batch.frame(row)
            outcomes.append(.notFinite)
            return write(
                FrameExchange.Rejected(
                    reason: .scoreNotFinite, source: batch.source(row), sequence: frame.sequence,
                    received: frame.received, reply: batch.reply(row)))
        }
        let isAnomaly: Bool
        if !edition.sources.isEmpty, let bounds = edition.sources[batch.source(row).name] {
            let name = batch.source(row).name
            // Taken out for the while, so that its buffer is not copied.
            var writer =
                own.removeValue(forKey: name)
                ?? VerdictEncoder(edition, bounds, parts.identity, allScores)
            isAnomaly = outbox.add(row, of: batch, scores, by: &writer, scored, started)
            own[name] = writer
        } else {
            isAnomaly = outbox.add(row, of: batch, scores, by: &verdicts, scored, started)
        }
        outcomes.append(isAnomaly ? .anomalous : .normal)
    }

    private mutating func write(_ rejected: FrameExchange.Rejected) {
        errors.write(
            rejected.reason, source: rejected.source, sequence: rejected.sequence,
            received: rejected.received)
        outbox.append(errors.line, .error, of: rejected.source.index, reply: rejected.reply)
    }

    private func sendReplies() {
        for (index, reply) in outbox.replies {
            parts.replies.add(Array(outbox.bytes[outbox.range(index)]), to: reply)
        }
    }
}

extension Outbox {
    /// Adds the verdict on one frame; whether it is an anomaly.
    fileprivate mutating func add(
        _ row: Int, of batch: borrowing Batch, _ scores: Scores, by writer: inout VerdictEncoder,
        _ scored: UnixTime, _ started: UnixTime
    ) -> Bool {
        let judgement = writer.write(
            row: row, of: batch, scores: scores, scored: scored, batchStarted: started)
        append(
            writer.line, judgement.isAnomaly ? .anomaly : .normal, of: batch.frame(row).source,
            reply: batch.reply(row))
        return judgement.isAnomaly
    }
}

extension VerdictEncoder {
    fileprivate init(
        _ edition: ActiveModel.Edition, _ calibration: LoadedCalibration, _ identity: RunIdentity,
        _ allScores: Bool
    ) {
        self.init(
            calibration: calibration, model: edition.model.digest, epoch: identity.epoch,
            worker: identity.worker, allScores: allScores)
    }
}
