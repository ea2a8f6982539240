import Detection
import Dispatch
import Files
import Foundation
public import Logging
import Synchronization
public import Systemd
import VAE
import ZeroMQ

/// The daemon: two threads around a handover, started and stopped as one.
///
/// ```
/// sockets → Receiver (decode) → Handover → ScoringLoop (score, judge) → Publisher → sockets
/// ```
public final class Daemon: Sendable {
    /// What became of every frame; readable while the daemon runs.
    public let accounting = Accounting()

    private let configuration: Configuration
    private let service: ScoringLoop.Service
    private let logger: Logger
    private let isStopping = Atomic<Bool>(false)
    private let wake = DispatchSemaphore(value: 0)

    /// Loads and verifies model and calibration; opens nothing yet.
    public init(_ configuration: Configuration, logger: Logger) throws {
        try configuration.validate()
        self.configuration = configuration
        self.logger = logger
        let model = try LoadedModel(directory: configuration.model)
        try model.requireUnconditional()
        let calibration = try LoadedCalibration(
            directory: configuration.model, model: model.digest)
        let host = (try? readFile("/proc/sys/kernel/hostname", limit: 4096)) ?? Array("host".utf8)
        let name = String(decoding: host, as: UTF8.self).filter {
            $0.isASCII && ($0.isLetter || $0.isNumber || "-._".contains($0))
        }
        service = ScoringLoop.Service(
            model: model, calibration: calibration,
            epoch: String(UInt32.random(in: 0x1000_0000...UInt32.max), radix: 16), worker: name)
    }

    /// Asks the daemon to stop reading, score what it holds, publish and return; from any thread.
    public func stop() {
        isStopping.store(true, ordering: .relaxed)
        wake.signal()
    }

    /// Serves until `stop` is called or a thread fails, and returns when every frame is accounted
    /// for; throws what kept it from starting or going on.
    public func run(_ notifier: Notifier) throws {
        let locks = try lockPaths()
        defer { withExtendedLifetime(locks) {} }
        let context = try Context()
        let handover = Handover(
            capacity: configuration.queue, pixels: service.model.model.imageShape.pixels)
        let scoring = PipelineThread("scoring")
        let receiving = PipelineThread("receiving")
        scoring.start { started throws(ZMQError) in
            var loop = try ScoringLoop(
                context, self.configuration, service: self.service, handover: handover,
                accounting: self.accounting)
            started()
            try loop.run(progress: scoring.progress) { notifier.status($0) }
        } onEnd: {
            self.stop()
        }
        receiving.start { started throws(ZMQError) in
            defer { handover.close() }
            let shape = self.service.model.model.imageShape
            var receiver = try Receiver(
                context, self.configuration,
                intake: FrameIntake(
                    self.configuration, rows: shape.rows, columns: shape.columns,
                    handover: handover, accounting: self.accounting))
            started()
            try receiver.run(until: self.isStopping, progress: receiving.progress)
        } onEnd: {
            self.stop()
        }
        if scoring.waitUntilStarted(), receiving.waitUntilStarted() {
            announce(notifier)
            superviseUntilStopped(notifier, [scoring, receiving])
            notifier.stopping()
            logger.notice("Stopping: scoring what is held.")
        }
        stop()
        let failures = [receiving.join(), scoring.join()].compactMap { $0 }
        logger.notice("Stopped.", metadata: ["frames": "\(accounting.summary)"])
        if let failure = failures.first { throw failure }
    }

    /// Claims the paths of bound `ipc` endpoints for as long as the locks live: binding such a path
    /// silently takes it over from a running process.
    private func lockPaths() throws -> [FileLock] {
        try (configuration.ingest + configuration.publish).compactMap(\.ipcPath).map { path in
            guard let lock = try FileLock(path + ".lock") else {
                throw DaemonError.inUse("ipc://\(path)")
            }
            return lock
        }
    }

    private func announce(_ notifier: Notifier) {
        let ingest = configuration.ingest.map(\.description).joined(separator: ", ")
        let publish = configuration.publish.map(\.description).joined(separator: ", ")
        notifier.ready("serving \(ingest)")
        logger.notice(
            "Ready.",
            metadata: [
                "model": "\(VerdictWriter.short(service.model.digest))",
                "calibration": "\(VerdictWriter.short(service.calibration.digest))",
                "score": "\(service.calibration.calibration.score.rawValue)",
                "ingest": "\(ingest)", "publish": "\(publish)", "epoch": "\(service.epoch)",
            ])
    }

    /// Sleeps until asked to stop, and feeds the watchdog as long as every thread goes round.
    private func superviseUntilStopped(_ notifier: Notifier, _ threads: [PipelineThread]) {
        guard let interval = notifier.watchdogInterval else { return wake.wait() }
        let nanoseconds = Int(interval / .nanoseconds(1))
        var seen = threads.map(\.progress.count)
        while wake.wait(timeout: .now() + .nanoseconds(nanoseconds)) == .timedOut {
            let turns = threads.map(\.progress.count)
            if zip(seen, turns).allSatisfy({ $0 != $1 }) { notifier.feedWatchdog() }
            seen = turns
        }
    }
}

/// Why the daemon cannot run here.
public enum DaemonError: Error, Sendable, CustomStringConvertible {
    /// An endpoint that another process serves.
    case inUse(String)

    /// One sentence an operator can act on.
    public var description: String {
        switch self {
        case .inUse(let address):
            "\(address) is in use by another process; stop it or choose another path"
        }
    }
}
