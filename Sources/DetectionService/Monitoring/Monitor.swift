import Control
import Detection
import FoundationEssentials
import Frames
import Inspection
import Platform
import ServiceConfiguration
import Synchronization
import Tensors
import VAE
import ZeroMQ

/// Says how the daemon is doing, from any thread.
final class Monitor: Sendable {
    /// What the daemon is doing.
    enum State: String, Sendable { case starting, serving, draining, stopped }

    /// How reloading went.
    struct Reloads: Sendable {
        var done = 0
        var refused = 0
        var error: String?
    }

    private struct Mutable {
        var state = State.starting
        var ready: ContinuousClock.Instant?
        var reloads = Reloads()
        var isAlive = true
        /// Why peers do not find the daemon, if they do not.
        var fault: String?
        var arrivals = Arrivals()
        /// Whether the log says that the calibration was given up.
        var isDoubtful = false
    }

    let configuration: Configuration
    /// The pipeline that all this is about.
    let pipeline: String
    let identity: RunIdentity
    /// When the daemon began.
    let started = UnixTime.now
    private let activeModel: ActiveModel
    private let exchange: FrameExchange
    private let publisher: Publisher
    private let recentScores: RecentScores
    private let deciding: DecidingStage
    private let mutable = Mutex(Mutable())

    /// The daemon's keys and whom it lets in, if it asks for keys.
    private let access: Access?
    private let peers: PeerWatch

    init(
        _ configuration: Configuration, _ pipeline: Pipeline, access: Access?, peers: PeerWatch
    ) {
        (self.access, self.peers) = (access, peers)
        self.configuration = configuration
        self.pipeline = pipeline.name
        identity = pipeline.identity
        activeModel = pipeline.activeModel
        exchange = pipeline.exchange
        publisher = pipeline.publisher
        recentScores = pipeline.recentScores
        deciding = pipeline.deciding
    }

    /// Changes what is said about the daemon's state.
    func set(_ state: State) {
        mutable.withLock {
            $0.state = state
            if state == .serving, $0.ready == nil { $0.ready = .now }
        }
    }

    /// Notes that a reload was carried out, or why it was refused.
    func noteReload(error: String?) {
        mutable.withLock {
            if error == nil { $0.reloads.done += 1 } else { $0.reloads.refused += 1 }
            $0.reloads.error = error
        }
    }

    /// Notes whether every thread has gone round since the last time.
    func noteLiveness(_ isAlive: Bool) { mutable.withLock { $0.isAlive = isAlive } }

    /// Whether every thread goes round.
    var isAlive: Bool { mutable.withLock { $0.isAlive } }
    /// Why frames are not taken in from everybody who may send them; nil if they are.
    var whyNotReady: String? {
        let fault = mutable.withLock { $0.state == .serving ? $0.fault : $0.state.rawValue }
        return fault ?? access?.authenticator.complaint.map { "the list of clients: \($0)" }
    }
    /// How many peers were turned away, by reason.
    var refusedPeers: [ConnectionLog.Refusal: Int] {
        var counts = peers.counts
        counts[.notListed] = access?.authenticator.refused
        return counts
    }
    var state: State { mutable.withLock { $0.state } }

    /// Notes why peers do not find the daemon, or that they do; whether that is news.
    func noteFault(_ fault: String?) -> Bool {
        mutable.withLock { mutable in
            defer { mutable.fault = fault }
            return fault != mutable.fault
        }
    }

    /// Whether the calibration still fits what comes.
    var auditReport: AuditReport { deciding.auditReport(of: activeModel.edition.number) }
    /// Events so far, and those that last.
    var events: (count: UInt64, open: [(source: Source, event: FrameEvent)]) { deciding.events }

    /// What to log of the audit since the last time: a sentence once a calibration is given up, an empty one once none
    /// is any more.
    func newsOfAudit() -> String? {
        let report = auditReport
        return mutable.withLock { mutable in
            guard report.isValid == mutable.isDoubtful else { return nil }
            mutable.isDoubtful = !report.isValid
            return report.doubts.joined(separator: "; ")
        }
    }

    var reloads: Reloads { mutable.withLock { $0.reloads } }
    var histograms: Histograms { recentScores.histograms }
    var edition: ActiveModel.Edition { activeModel.edition }
    var publications: UInt64 { publisher.publications }

    /// All accounts at one moment.
    func snapshot() -> FrameExchange.Snapshot { exchange.snapshot() }

    /// All accounts at one moment, and which sources are stale then, in their order.
    func look() -> (snapshot: FrameExchange.Snapshot, stale: [Bool]) {
        let (snapshot, now) = (exchange.snapshot(), ContinuousClock.now)
        let limit = Duration.seconds(configuration.staleAfter)
        let stale = mutable.withLock { mutable in
            snapshot.sources.map { source, ledger in
                mutable.arrivals.note(source.index, ledger.lastReceived, at: now)
                return mutable.arrivals.silence(of: source.index, at: now) > limit
            }
        }
        return (snapshot, stale)
    }

    /// Sources with open events that the status names; senders choose how many there are.
    private static let namedEvents = 100

    /// Every source.
    func sources() -> [SourceStatus] {
        let own = activeModel.edition.sources
        let (snapshot, stale) = look()
        return zip(snapshot.sources, stale).map { source, isStale in
            SourceStatus(
                source.source, source.ledger, isStale: isStale,
                hasOwnBounds: own[source.source.name] != nil)
        }
    }

    /// The whole.
    ///
    /// `isQuestion` says that a client at the control socket asked, see `RecentScores.progress`.
    func status(isQuestion: Bool = false) -> Status {
        let (snapshot, stale) = look()
        let (edition, total) = (activeModel.edition, snapshot.total)
        let calibration = edition.calibration.calibration
        let (state, ready, reloads) = mutable.withLock { ($0.state, $0.ready, $0.reloads) }
        let collection = recentScores.progress(isQuestion: isQuestion)
        var status = Status()
        status.pipeline = pipeline
        status.state = state.rawValue
        status.version = elbodVersion
        status.epoch = identity.epoch
        status.worker = identity.worker
        status.pid = ProcessInfo.processInfo.processIdentifier
        status.uptime = ready.map { (ContinuousClock.now - $0) / .seconds(1) } ?? 0
        status.modelDirectory = configuration.model
        status.model = VerdictEncoder.short(edition.model.digest)
        status.calibration = VerdictEncoder.short(edition.calibration.digest)
        status.calibrationRevision = calibration.revision
        status.precision = calibration.computation.precision.rawValue
        status.score = calibration.rule.score.rawValue
        (status.rule, status.k) = (calibration.rule.title, calibration.rule.k)
        status.deciding = calibration.rule
        let bounds = calibration.bounds
        (status.lower, status.upper) = (bounds.lowerIfAny, bounds.upperIfAny)
        status.ownBounds = edition.sources.keys.sorted()
        status.ingest = configuration.ingest.map(\.description)
        status.publish = configuration.publish.map(\.description)
        let refused = refusedPeers.filter { $0.value > 0 }.map { ($0.key.rawValue, $0.value) }
        status.peersRefused = Dictionary(refused) { $1 }
        status.peerRefusedLast = peers.last
        status.publicKey = access?.credentials.keyPair.publicKey
        status.threads = configuration.scoringThreads
        status.received = total.received
        status.scored = total.scored
        status.anomalous = total.anomalous
        status.faults = total.faultsByName
        if configuration.thin > 0 {
            let report = auditReport
            status.calibrationValid = report.isValid
            status.audited = report.frames
            status.calibrationDoubts = report.isValid ? nil : report.doubts
        }
        if configuration.event != nil {
            let (count, open) = events
            status.events = count
            status.eventsOpen = open.count
            status.openEvents = Array(open.map(\.source.name).sorted().prefix(Self.namedEvents))
        }
        status.rejected = total.rejected
        status.rejections = total.rejectionsByName
        status.dropped = total.dropped
        status.inFlight = total.inFlight
        status.queue = snapshot.waiting
        status.queueCapacity = snapshot.limits.images
        status.published = publisher.publications
        status.controlMessages = snapshot.totals.control
        status.otherShards = snapshot.totals.otherShards
        status.sources = snapshot.sources.count
        status.staleSources = stale.count { $0 }
        status.reloads = reloads.done
        status.reloadsRefused = reloads.refused
        status.reloadError = reloads.error
        status.collecting = collection.map { progress in
            var collecting = Status.Collecting(
                gathered: progress.gathered, wanted: progress.wanted, source: progress.source)
            (collecting.holder, collecting.expiresIn) = (progress.holder, progress.secondsLeft)
            collecting.restarts = progress.restarts > 0 ? progress.restarts : nil
            collecting.isKnown = progress.source.map { name in
                snapshot.sources.contains { $0.source.name == name }
            }
            return collecting
        }
        status.ts = UnixTime.now.iso8601
        return status
    }
}
