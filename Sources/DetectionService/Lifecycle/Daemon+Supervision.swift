import Files
import FoundationEssentials
import Frames
import Glibc
import Logging
import Platform
import Synchronization

// What the main thread does while the others work.
extension Daemon {
    /// What the main thread looks after, and whom it tells.
    struct Supervision {
        let notifier: SystemdNotifier
        let threads: [PipelineThread]
        let monitor: Monitor
        let updater: ModelUpdater
        let worker: Worker
        let files: EndpointFiles
        let publisher: Publisher
        /// Publishes the status: the lock of the publisher may be held while subscriptions are worked off, and
        /// the watchdog is fed meanwhile.
        let announcer: Worker
    }

    /// So many looks make up the time that the watchdog allows: twice its interval.
    private static let looksAllowed = 20

    /// Until asked to stop: says every second how things are, feeds the watchdog, ends the process if a thread
    /// does not go round for as long as the watchdog allows, and reloads when asked to.
    func supervise(_ supervision: Supervision) {
        let second = Duration.seconds(1)
        // Feeding only while all go round would have the watchdog bite after the time from the last look to the
        // standstill as well, up to an interval late.
        let watchdog = supervision.notifier.watchdogInterval.map { $0 * 2 / Self.looksAllowed }
        let clock = ContinuousClock()
        var sinceStatus = Liveness()
        var standstill = Standstill(supervision.turns)
        var (nextStatus, nextFeeding) = (clock.now, clock.now + (watchdog ?? second))
        while !isStopping.load(ordering: .relaxed) {
            if clock.now >= nextStatus {
                report(supervision, isAlive: sinceStatus.haveAllMoved(to: supervision.turns))
                nextStatus = clock.now + second
            }
            if let watchdog, clock.now >= nextFeeding {
                if let longest = standstill.longest(supervision.turns),
                    longest.looks >= Self.looksAllowed
                {
                    endStalled(supervision.threads[longest.thread])
                }
                supervision.notifier.feedWatchdog()
                nextFeeding = clock.now + watchdog
            }
            if mustReload.exchange(false, ordering: .relaxed) {
                supervision.updater.reloadLater()
            }
            let next = watchdog == nil ? nextStatus : min(nextStatus, nextFeeding)
            _ = wake.wait(for: max(.zero, next - clock.now))
        }
    }

    /// Ends the process as the watchdog would, and says why; the thread could not be joined.
    private func endStalled(_ thread: PipelineThread) -> Never {
        logger.critical(
            "A thread does not go on; ending, to be started again.",
            metadata: ["thread": "\(thread.name)"])
        ConsoleLogHandler.flush()
        abort()
    }

    private func report(_ supervision: Supervision, isAlive: Bool) {
        supervision.monitor.noteLiveness(isAlive)
        let fault = supervision.files.findFault()
        if supervision.monitor.noteFault(fault) {
            if let fault { logger.error("Not ready any more.", metadata: ["reason": "\(fault)"]) }
            if fault == nil { logger.notice("Ready again.") }
        }
        if let news = supervision.monitor.newsOfAudit() {
            if news.isEmpty {
                logger.notice("The calibration in force fits what comes, as far as can be told.")
            } else {
                logger.warning(
                    "The calibration does not fit any more; verdicts go on, and no promise holds. Look at what has changed, then elbo recalibrate.",
                    metadata: ["audit": "\(printable(news))"])
            }
        }
        reportConnections()
        ConsoleLogHandler.noteWithheld()
        // One that is still to be published is newer than what a queue would hold.
        _ = supervision.announcer.submit {
            self.publishStatus(supervision.monitor, supervision.publisher)
        }
        supervision.notifier.status(supervision.monitor.snapshot().total.summary)
    }

    /// Publishes the status under `status/`, so that silence means a dead daemon and nothing else.
    func publishStatus(_ monitor: Monitor, _ publisher: Publisher) {
        guard let line = try? JSONEncoder.elbod.encode(monitor.status()) else { return }
        // A context that was shut down ends the threads, which is noticed there.
        try? publisher.announce(topic: "status/", line: String(decoding: line, as: UTF8.self))
    }
}

extension Daemon.Supervision {
    /// Turns of every thread so far.
    fileprivate var turns: [Int] { threads.map(\.heartbeat.count) }
}
