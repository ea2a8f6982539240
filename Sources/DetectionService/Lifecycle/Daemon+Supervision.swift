import Dispatch
import Files
import FoundationEssentials
import Frames
import Platform
import Synchronization

// What the main thread does while the others work.
extension Daemon {
    /// Until asked to stop: says every second how things are, feeds the watchdog as long as every
    /// thread goes round, and reloads when asked to.
    func supervise(
        _ notifier: SystemdNotifier, _ threads: [PipelineThread], _ monitor: Monitor,
        _ updater: ModelUpdater, _ publisher: Publisher
    ) {
        let second = Duration.seconds(1)
        let watchdog = notifier.watchdogInterval
        let clock = ContinuousClock()
        var seen = threads.map(\.heartbeat.count)
        var revocations = 0
        var seenLastSecond = seen.map { $0 - 1 }
        var (nextStatus, nextFeeding) = (clock.now, clock.now + (watchdog ?? second))
        while !isStopping.load(ordering: .relaxed) {
            if clock.now >= nextStatus {
                let turns = threads.map(\.heartbeat.count)
                monitor.noteLiveness(zip(seenLastSecond, turns).allSatisfy { $0 != $1 })
                seenLastSecond = turns
                publishStatus(monitor, publisher)
                notifier.status(monitor.snapshot().total.summary)
                nextStatus = clock.now + second
            }
            if let watchdog, clock.now >= nextFeeding {
                let turns = threads.map(\.heartbeat.count)
                if zip(seen, turns).allSatisfy({ $0 != $1 }) { notifier.feedWatchdog() }
                seen = turns
                nextFeeding = clock.now + watchdog
            }
            if let access, access.authenticator.revocations != revocations {
                revocations = access.authenticator.revocations
                // A socket that cannot be opened ends the threads, which is noticed there.
                try? publisher.reopen()
            }
            if mustReload.exchange(false, ordering: .relaxed) {
                // What is wrong has been logged; the old edition serves on.
                try? updater.reload()
            }
            let next = watchdog == nil ? nextStatus : min(nextStatus, nextFeeding)
            let nanoseconds = Int(max(.zero, next - clock.now) / .nanoseconds(1))
            _ = wake.wait(timeout: .now() + .nanoseconds(nanoseconds))
        }
    }

    /// Publishes the status under `status/`, so that silence means a dead daemon and nothing else.
    func publishStatus(_ monitor: Monitor, _ publisher: Publisher) {
        guard let line = try? JSONEncoder.elbod.encode(monitor.status()) else { return }
        // A context that was shut down ends the threads, which is noticed there.
        try? publisher.announce(topic: "status/", line: String(decoding: line, as: UTF8.self))
    }
}
