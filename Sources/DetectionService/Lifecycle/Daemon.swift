import Detection
import Files
import FoundationEssentials
public import Frames
import Images
import Inspection
public import Logging
public import Platform
public import ServiceConfiguration
import Synchronization
public import Tensors
import VAE
import ZeroMQ

/// The daemon: its threads around a frame exchange, started and stopped as one.
///
/// ```
/// sockets → Receiver (decode) → Pipeline (score, decide, encode) → Publisher → sockets
/// ```
/// A thread of its own answers at the control socket.
public final class Daemon: Sendable {
    let configuration: Configuration
    private let store: CalibrationStore
    let first: ActiveModel.Edition
    let access: Access?
    let logger: Logger
    let isStopping = Atomic<Bool>(false)
    let isReceiving = Atomic<Bool>(true)
    let mustReload = Atomic<Bool>(false)
    let wake = Semaphore()
    /// The sum of all accounts when the daemon had stopped.
    private let final = Mutex(FrameLedger())

    /// Loads and verifies model and calibration; opens nothing yet.
    public init(_ configuration: Configuration, logger: Logger) throws {
        try configuration.validate()
        self.logger = logger
        store = CalibrationStore(
            model: configuration.model, directory: configuration.stateDirectory,
            precision: try configuration.precision.resolved(for: configuration.model),
            kept: configuration.keepCalibrations)
        try SelfTest.run(store.precision)
        first = try ModelUpdater.firstEdition(store)
        var configuration = configuration
        configuration.threads =
            configuration.threads
            ?? Configuration.automaticThreads(
                takesPictures: first.model.model.preprocessing.hasSteps)
        self.configuration = configuration
        access = try Credentials(configuration).map { credentials throws(ConfigurationError) in
            Access(
                credentials: credentials,
                authenticator: try ZAPAuthenticator(
                    list: configuration.clients ?? "", logger: logger))
        }
    }

    /// Asks the daemon to stop reading, score what it holds, publish and return; from any thread.
    public func stop() {
        isStopping.store(true, ordering: .relaxed)
        isReceiving.store(false, ordering: .relaxed)
        wake.signal()
    }

    /// Asks the daemon to read model and calibration again, as SIGHUP does; from any thread.
    public func reload() {
        mustReload.store(true, ordering: .relaxed)
        wake.signal()
    }

    /// What became of every frame, once the daemon has stopped.
    public var ledger: FrameLedger { final.withLock { $0 } }

    /// Serves until `stop` is called or a thread fails, and returns when every frame is accounted
    /// for; throws what kept it from starting or going on.
    public func run(_ notifier: SystemdNotifier) throws {
        try configuration.checkSocketPaths()
        try checkMemory()
        let publishing = try boundConnections()
        let files = try EndpointFiles(boundPaths, logger: logger)
        let context = try Context()
        let wakeUp = try WakeUp()
        // Before the sockets that it answers for are opened, or they let everybody in.
        let door = startAuthenticator(context)
        defer {
            stop()
            _ = door?.join()
        }
        if let door, !door.waitUntilStarted(), let failure = door.join() { throw failure }
        try checkDiscoveries()
        let peers = PeerWatch(messageLimit: messageLimit, logger: logger)
        let pipelines = [try makePipeline(Pipeline.defaultName, context, wakeUp, peers, publishing)]
        // One model on all streams, for now.
        let pipeline = pipelines[0]
        let monitor = Monitor(
            configuration, pipeline, access: access, peers: peers)
        let updater = ModelUpdater(store, pipeline, monitor, logger)
        updater.begin()
        defer { updater.end() }
        let (worker, announcer) = (Worker(), Worker(named: "announcing"))
        let server = try startServer(monitor)
        defer { server?.stop() }
        let budget = memoryBudget
        let memory = MemoryGuard(
            budget: budget, messageLimit: messageLimit, logger: logger)
        let scoring = pipelines.flatMap(startScoring)
        let receiving = startReceiving(
            pipeline,
            Receiver.Surroundings(
                context: context, wake: wakeUp, replies: pipeline.replies, access: access,
                memory: memory, peers: peers))
        let control = startControl(
            context,
            Controller(monitor: monitor, updater: updater, recentScores: pipeline.recentScores) {
                monitor.set(.draining)
                self.isReceiving.store(false, ordering: .relaxed)
                wakeUp.signal()
            }, worker)
        let guarding = startGuarding(
            memory, peers, pipeline.activeModel, updater, budget: budget)
        let threads = [receiving, guarding] + scoring + [control].compactMap { $0 }
        let isServing = threads.allSatisfy { $0.waitUntilStarted() }
        if isServing {
            files.noteSockets(except: configuration.controlPath)
            monitor.set(.serving)
            // Pictures are large blocks that come and go.
            if !first.model.model.preprocessing.hasSteps { keepLittleFreedMemory() }
            returnFreedMemory()
            announce(notifier, pipeline.identity, budget: budget)
            if pipeline.lonePictures.areShared, !leaveProcessors([]) {
                logger.notice(
                    "Threads may not choose their processors here: Linux may leave those that share a picture on one, and it takes twice as long; systemd's drop-in inspection.conf lets them."
                )
            }
            supervise(
                Supervision(
                    notifier: notifier, threads: threads, monitor: monitor, updater: updater,
                    worker: worker, files: files, publisher: pipeline.publisher,
                    announcer: announcer))
            notifier.stopping()
            logger.notice("Stopping: scoring what is held.")
        }
        stop()
        wakeUp.signal()
        // Files that are being read are waited for, as long as their disk does not hang.
        worker.stop(within: .seconds(1))
        announcer.stop(within: .seconds(1))
        let failures = threads.compactMap { $0.join() }
        monitor.set(.stopped)
        reportConnections()
        publishStatus(monitor, pipeline.publisher)
        pipeline.endEvents()
        let total = pipelines.reduce(into: FrameLedger()) { $0.add($1.exchange.total) }
        final.withLock { $0 = total }
        if isServing { logger.notice("Stopped.", metadata: ["frames": "\(total.summary)"]) }
        if let failure = failures.first { throw failure }
    }

    private func checkDiscoveries() throws {
        do { try first.check(configuration.discoveries) } catch {
            guard case .unusable(let reason) = error else { throw error }
            throw ConfigurationError.unfit(key: "fdr", reason: reason)
        }
    }

    private func makePipeline(
        _ name: String, _ context: Context, _ wakeUp: WakeUp, _ peers: PeerWatch,
        _ publishing: ConnectionBounds
    ) throws(ZMQError) -> Pipeline {
        let pipeline = Pipeline(
            name: name, identity: RunIdentity(),
            activeModel: ActiveModel(first, threads: configuration.scorers),
            exchange: FrameExchange(newQueue()) { wakeUp.signal() },
            deciding: DecidingStage(configuration.decidingPlan),
            lonePictures: LonePictures(threads: configuration.scoringThreads),
            publisher: try Publisher(
                context, configuration, access: access, peers: peers, bounds: publishing),
            replies: PendingReplies(wake: wakeUp))
        pipeline.lonePictures.prepare(first)
        pipeline.recentScores.restart(
            for: first.calibration.calibration, from: .first, isOtherModel: true)
        return pipeline
    }

    private func newQueue() -> FrameQueue {
        let policies = Set(configuration.ingest.map { $0.pattern == .sub })
        return FrameQueue(limits: queueLimits, isShared: policies.count == 2)
    }

    /// The paths of bound `ipc` endpoints, which are claimed for as long as the daemon runs.
    private var boundPaths: [String] {
        (configuration.ingest + configuration.publish).compactMap(\.ipcPath)
            + [configuration.controlPath].compactMap { $0 }
    }

    private func announce(
        _ notifier: SystemdNotifier, _ identity: RunIdentity, budget: Int
    ) {
        let ingest = configuration.ingest.map(\.description).joined(separator: ", ")
        let publish = configuration.publish.map(\.description).joined(separator: ", ")
        notifier.ready("serving \(ingest)")
        logger.notice(
            "Ready.",
            metadata: [
                "model": "\(VerdictEncoder.short(first.model.digest))",
                "calibration": "\(VerdictEncoder.short(first.calibration.digest))",
                "precision": "\(store.precision.rawValue)",
                "score": "\(first.calibration.calibration.rule.score.rawValue)",
                "ingest": "\(ingest)", "publish": "\(publish)", "epoch": "\(identity.epoch)",
                "memory_budget_mib": "\(budget >> 20)", "queue_mib": "\(queueLimits.bytes >> 20)",
            ])
    }
}

/// Why the daemon cannot run here.
public enum DaemonError: Error, Sendable, CustomStringConvertible {
    /// An endpoint that another process serves.
    case inUse(String)
    /// An address that HTTP cannot be served at.
    case http(String, String)
    /// An address for HTTP that no interface of this machine has.
    case httpAddressMissing(String)
    /// The process may have fewer descriptors than it needs.
    case descriptors(limit: Int, needed: Int)
    /// The process may not have as much memory as it needs.
    case memory(mebibytes: Int)
    /// A result of the self-test, a score or a sum of features, is another than it is known to be.
    case miscomputes(Precision, value: Float, known: Float)

    /// One sentence an operator can act on.
    public var description: String {
        switch self {
        case .inUse(let address):
            "\(address) is in use by another process; stop it or choose another path"
        case .http(let address, let reason):
            "http: cannot serve at \(address): \(reason); choose another address, or none"
        case .httpAddressMissing(let address):
            "http: no interface of this machine has the address of \(address); name one it has"
        case .descriptors(let limit, let needed):
            "the process may open \(limit) files and sockets, and needs \(needed) at least; raise "
                + "LimitNOFILE= of its unit, or ulimit -n"
        case .memory(let mebibytes):
            "the process may not have the \(mebibytes) MiB that it needs; raise its limit (ulimit -v), "
                + "or lower queue, batch or threads"
        case .miscomputes(let precision, let value, let known):
            "this machine computes \(value) where \(known) is right, in \(precision.rawValue): "
                + "oneDNN, this program or the processor is damaged, or a variable ONEDNN_… or DNNL_… has "
                + "oneDNN take a wrong way; install elbod and libdnnl2 again, or try another precision"
        }
    }
}
