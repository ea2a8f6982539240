import Detection
import Dispatch
import VAE
import ZeroMQ

/// Takes batches, scores and judges them, and publishes a verdict on every frame.
///
/// Lives on one thread, which creates, uses and closes the publishing socket.
struct ScoringLoop: ~Copyable {
    private let publisher: Publisher
    private let scorer: Scorer
    private var verdicts: VerdictWriter
    private var errors: ErrorWriter
    private var batch: Batch
    private var rejections: [Handover.Rejected] = []
    private let handover: Handover
    private let accounting: Accounting
    private let service: Service
    private var publication: UInt64 = 0
    private var lastStatus = UnixTime(nanoseconds: 0)

    /// What is being served, for the messages that repeat it.
    struct Service: Sendable {
        let model: LoadedModel
        let calibration: LoadedCalibration
        let epoch: String
        let worker: String
    }

    private static let tick = DispatchTimeInterval.milliseconds(250)
    private static let statusInterval: UInt64 = 1_000_000

    /// Opens the publishing endpoints and allocates everything the loop touches.
    init(
        _ context: Context, _ configuration: Configuration, service: Service, handover: Handover,
        accounting: Accounting
    ) throws(ZMQError) {
        publisher = try Publisher(context, configuration)
        self.service = service
        self.handover = handover
        self.accounting = accounting
        let model = service.model.model
        scorer = Scorer(model.parameters, capacity: configuration.batch)
        scorer.warmUp()
        verdicts = VerdictWriter(
            calibration: service.calibration, model: service.model.digest, epoch: service.epoch,
            worker: service.worker, allScores: configuration.allScores)
        errors = ErrorWriter(epoch: service.epoch, worker: service.worker)
        batch = Batch(capacity: configuration.queue, pixels: model.imageShape.pixels)
    }

    /// Serves until the handover is closed and empty.
    mutating func run(progress: Progress, onStatus: (String) -> Void) throws(ZMQError) {
        while true {
            progress.advance()
            switch handover.take(&batch, &rejections, timeout: Self.tick) {
            case .something:
                try publishErrors()
                try scoreBatch()
            case .nothing: break
            case .closed:
                try publishStatus(state: "stopped")
                return
            }
            if UnixTime.now.microseconds(since: lastStatus) >= Self.statusInterval {
                try publishStatus(state: "serving")
                onStatus(accounting.summary)
            }
        }
    }

    /// Scores the batch in pieces of the scorer's capacity, oldest first, publishing each at once.
    private mutating func scoreBatch() throws(ZMQError) {
        for piece in batch.pieces(of: scorer.activations.capacity) {
            let started = UnixTime.now
            batch.score(piece, with: scorer)
            let scored = UnixTime.now
            for (position, row) in piece.enumerated() {
                try publish(row, scorer.scores[position], scored: scored, started: started)
            }
        }
        batch.removeAll()
    }

    private mutating func publish(
        _ row: Int, _ scores: Scores, scored: UnixTime, started: UnixTime
    ) throws(ZMQError) {
        let source = batch.frame(row).source
        guard scores.isFinite else {
            let received = batch.frame(row).received
            accounting.countRejection(.scoreNotFinite)
            return try publish(
                Handover.Rejected(reason: .scoreNotFinite, source: source, received: received))
        }
        publication += 1
        let judgement = verdicts.write(
            row: row, of: batch, scores: scores, scored: scored, batchStarted: started,
            publication: publication)
        (judgement.isAnomaly ? accounting.anomalous : accounting.normal).add()
        try publisher.send(
            judgement.isAnomaly ? source.anomalyTopic : source.normalTopic, verdicts.line)
        accounting.published.add()
    }

    private mutating func publishErrors() throws(ZMQError) {
        for rejected in rejections { try publish(rejected) }
        rejections.removeAll(keepingCapacity: true)
    }

    private mutating func publish(_ rejected: Handover.Rejected) throws(ZMQError) {
        publication += 1
        errors.write(
            rejected.reason, source: rejected.source, received: rejected.received,
            publication: publication)
        try publisher.send(rejected.source.errorTopic, errors.line)
        accounting.published.add()
    }

    /// Publishes the counts under `status/`, so that silence means a dead daemon and nothing else.
    private mutating func publishStatus(state: String) throws(ZMQError) {
        let now = UnixTime.now
        lastStatus = now
        let line = """
            {"schema":"elbod.status/1","state":"\(state)","epoch":"\(service.epoch)",\
            "worker":"\(service.worker)","model":"\(VerdictWriter.short(service.model.digest))",\
            "calibration":"\(VerdictWriter.short(service.calibration.digest))",\
            "received":\(accounting.received.count),"scored":\(accounting.scored),\
            "anomalous":\(accounting.anomalous.count),"rejected":\(accounting.rejected),\
            "dropped":\(accounting.dropped),"published":\(accounting.published.count),\
            "ts":"\(now.iso8601)"}
            """
        try publisher.send(Array("status/".utf8), Array(line.utf8))
    }
}
