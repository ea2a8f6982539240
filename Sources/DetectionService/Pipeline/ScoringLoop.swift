import Detection
import Frames
import Images
import Inspection
import Platform
import ServiceConfiguration
import VAE
import ZeroMQ

/// Takes batches, scores them, has them decided, and gives every sink the verdicts.
///
/// Lives on one thread, of its own or the receiver's; several such threads share a pipeline.
struct ScoringLoop: ~Copyable {
    private let thread: Int
    private let pipeline: Pipeline
    private let capacity: Int
    private let configuration: Configuration
    private var edition: ActiveModel.Edition
    private var scorer: any ImageScorer
    private var places: PlaceFinder
    private var encoder: BatchEncoder
    private var batch: DecidedBatch
    private var outcomes: [FrameQueue.Verdict] = []

    private static let tick = Duration.milliseconds(250)

    /// Allocates everything the loop touches, and warms it up.
    init(thread: Int, _ pipeline: Pipeline, _ configuration: Configuration) {
        self.thread = thread
        self.pipeline = pipeline
        self.configuration = configuration
        edition = pipeline.activeModel.edition
        let model = edition.model.model
        capacity = model.batchSize(atMost: configuration.batch)
        scorer = edition.scorer(capacity: capacity)
        scorer.warmUp()
        places = PlaceFinder(edition, configuration)
        encoder = BatchEncoder(edition, pipeline.identity, allScores: configuration.allScores)
        batch = DecidedBatch(capacity: capacity, values: model.imageShape.values)
        outcomes.reserveCapacity(capacity)
        _ = pipeline.activeModel.adopt(thread: thread, current: .none)
    }

    /// Serves until the exchange is closed and empty.
    mutating func run(heartbeat: Heartbeat) throws(ZMQError) {
        repeat { heartbeat.advance() } while try serveNext(waiting: Self.tick) != .closed
    }

    /// Serves what has arrived, so many batches of it at most, and waits for nothing; whether there may
    /// be more.
    mutating func serveArrived(atMost batches: Int = .max) throws(ZMQError) -> Bool {
        for _ in 0..<batches {
            guard case .batch = try serveNext(waiting: nil) else { return false }
        }
        return true
    }

    private mutating func serveNext(
        waiting: Duration?
    ) throws(ZMQError) -> FrameExchange.Delivery {
        adoptLatest()
        let delivery = pipeline.exchange.take(
            into: &batch.frames, &batch.rejected, waiting: waiting)
        if case .batch(let number) = delivery {
            // The frames may have been waited for: what was put into service meanwhile counts.
            adoptLatest()
            batch.number = number
            try serve()
        }
        return delivery
    }

    private mutating func adoptLatest() {
        let latest = pipeline.activeModel.adopt(thread: thread, current: edition.number)
        guard let latest else { return }
        let isOtherScorer = !latest.hasScorer(of: edition)
        edition = latest
        // A few milliseconds: the updater has warmed this edition up, and oneDNN keeps
        // its code.
        if isOtherScorer { scorer = edition.scorer(capacity: capacity) }
        places = PlaceFinder(edition, configuration)
        encoder = BatchEncoder(edition, pipeline.identity, allScores: configuration.allScores)
    }

    /// Score, decide, find places, encode, give out, settle.
    private mutating func serve() throws(ZMQError) {
        let started = UnixTime.now
        let scores = score()
        pipeline.deciding.decide(
            &batch, scores: scores, by: edition,
            at: Verdict.Times(started: started, scored: .now))
        places.find(in: &batch)
        encoder.encode(&batch)
        defer { settle() }
        try pipeline.sinks.take(batch)
    }

    /// The scores of the batch's frames, by all cores if it is a lone picture.
    private mutating func score() -> [Scores] {
        let count = batch.frames.count
        guard count > 0 else { return scorer.scores }
        guard let engine = scorer as? InspectionEngine else {
            batch.frames.withImages { scorer.score($0, count: count) }
            return scorer.scores
        }
        if count == 1, pipeline.exchange.isQuiet,
            let found = pipeline.lonePictures.score(batch.frames, by: edition)
        {
            batch.maps.append(found.map)
            return [found.scores]
        }
        batch.frames.withImages { engine.score($0, count: count) }
        for row in 0..<count { batch.maps.append(engine.map(ofRow: row)) }
        return engine.scores
    }

    private mutating func settle() {
        for verdict in batch.verdicts { outcomes.append(verdict.outcome) }
        pipeline.exchange.settle(&batch.frames, outcomes)
        batch.removeAll()
        outcomes.removeAll(keepingCapacity: true)
    }
}
