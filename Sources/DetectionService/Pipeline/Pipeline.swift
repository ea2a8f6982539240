import Detection
import Frames
import ServiceConfiguration

/// One model at work on its streams: what its threads have in common, from the queue to the sinks.
///
/// ```
/// FrameExchange → ScoringLoop (score) → DecidingStage (decide) → ScoringLoop (encode) → sinks
/// ```
/// The daemon owns a list of these.
final class Pipeline: Sendable {
    /// What status and metrics call it.
    let name: String
    /// The run that its verdicts belong to.
    let identity: RunIdentity
    /// The model and the calibrations in service.
    let activeModel: ActiveModel
    /// Where frames wait.
    let exchange: FrameExchange
    /// Makes verdicts of scores, in order.
    let deciding: DecidingStage
    /// Has all threads score a picture that comes alone.
    let lonePictures: LonePictures
    /// Publishes verdicts to subscribers.
    let publisher: Publisher
    /// Verdicts on their way back to senders that wait for them.
    let replies: PendingReplies
    /// What was seen lately.
    let recentScores = RecentScores()
    /// All that take verdicts, in the order in which they do.
    let sinks: [any VerdictSink]

    /// Joins these.
    init(
        name: String, identity: RunIdentity, activeModel: ActiveModel, exchange: FrameExchange,
        deciding: DecidingStage, lonePictures: LonePictures, publisher: Publisher,
        replies: PendingReplies
    ) {
        self.lonePictures = lonePictures
        self.deciding = deciding
        self.name = name
        self.identity = identity
        self.activeModel = activeModel
        self.exchange = exchange
        self.publisher = publisher
        self.replies = replies
        sinks = [recentScores, publisher, replies]
    }

    /// The name of the only pipeline of a daemon that runs one.
    static let defaultName = "default"
}

extension Pipeline {
    /// Publishes that the events that last have ended with the service, once its threads are gone.
    func endEvents() {
        let encoder = AnnouncementEncoder(epoch: identity.epoch, worker: identity.worker)
        for announcement in deciding.closeEvents() {
            var line: [UInt8] = []
            encoder.encode(announcement, into: &line)
            try? publisher.announce(
                topic: String(decoding: announcement.topic, as: UTF8.self),
                line: String(decoding: line, as: UTF8.self))
        }
    }
}
