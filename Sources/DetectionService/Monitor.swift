import Detection
import FoundationEssentials
import Synchronization
import VAE

/// Says how the daemon is doing, from any thread.
final class Monitor: Sendable {
    /// What the daemon is doing.
    enum State: String, Sendable { case starting, serving, draining, drained, stopped }

    /// How reloading went.
    struct Reloads: Sendable {
        var done = 0
        var refused = 0
        var error: String?
    }

    private struct Mutable {
        var state = State.starting
        var ready: UnixTime?
        var reloads = Reloads()
        var isAlive = true
    }

    let configuration: Configuration
    let identity: Identity
    /// When the daemon began.
    let started = UnixTime.now
    private let serving: Serving
    private let handover: Handover
    private let publisher: Publisher
    private let observations: Observations
    private let mutable = Mutex(Mutable())

    /// The daemon's public CURVE key, if it has one.
    private let publicKey: String?

    init(_ configuration: Configuration, _ parts: ScoringLoop.Parts, publicKey: String?) {
        self.publicKey = publicKey
        self.configuration = configuration
        identity = parts.identity
        serving = parts.serving
        handover = parts.handover
        publisher = parts.publisher
        observations = parts.observations
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
    var state: State { mutable.withLock { $0.state } }
    var reloads: Reloads { mutable.withLock { $0.reloads } }
    var meters: Meters { observations.meters }
    var edition: Serving.Edition { serving.edition }
    var publications: UInt64 { publisher.publications }

    /// All accounts at one moment.
    func snapshot() -> Handover.Snapshot { handover.snapshot() }

    /// Whether a source that was last heard of then is stale.
    func isStale(_ account: Account, at now: UnixTime) -> Bool {
        now.microseconds(since: account.lastReceived)
            > UInt64(configuration.staleAfter) * 1_000_000
    }

    /// Every source.
    func sources() -> [SourceStatus] {
        let (now, own) = (UnixTime.now, serving.edition.sources)
        return snapshot().sources.map { source, account in
            SourceStatus(
                source, account, isStale: isStale(account, at: now),
                hasOwnBounds: own[source.name] != nil)
        }
    }

    /// The whole.
    func status() -> Status {
        let (snapshot, now) = (snapshot(), UnixTime.now)
        let (edition, total) = (serving.edition, snapshot.total)
        let (calibration, bounds) = (
            edition.calibration.calibration, edition.calibration.calibration.deciding
        )
        let (state, ready, reloads) = mutable.withLock { ($0.state, $0.ready, $0.reloads) }
        let collection = observations.collection
        return Status(
            state: state.rawValue, version: elbodVersion, epoch: identity.epoch,
            worker: identity.worker, pid: ProcessInfo.processInfo.processIdentifier,
            uptime: ready.map { Double(now.microseconds(since: $0)) / 1e6 } ?? 0,
            model_directory: configuration.model,
            model: VerdictWriter.short(edition.model.digest),
            calibration: VerdictWriter.short(edition.calibration.digest),
            calibration_revision: calibration.revision,
            precision: calibration.computation.precision.rawValue,
            score: calibration.score.rawValue,
            k: calibration.k, lower: bounds.lower, upper: bounds.upper,
            own_bounds: edition.sources.keys.sorted(),
            ingest: configuration.ingest.map(\.description),
            publish: configuration.publish.map(\.description), public_key: publicKey,
            threads: configuration.threads,
            received: total.received, scored: total.scored, anomalous: total.anomalous,
            rejected: total.rejected, rejections: total.rejectionsByName, dropped: total.dropped,
            in_flight: total.inFlight, queue: snapshot.waiting, queue_capacity: snapshot.capacity,
            published: publisher.publications, control_messages: snapshot.totals.control,
            other_shards: snapshot.totals.otherShards, sources: snapshot.sources.count,
            stale_sources: snapshot.sources.count { isStale($0.account, at: now) },
            reloads: reloads.done, reloads_refused: reloads.refused, reload_error: reloads.error,
            collecting: collection.map {
                .init(gathered: $0.scores.count, wanted: $0.wanted, source: $0.source)
            }, ts: now.iso8601)
    }
}
