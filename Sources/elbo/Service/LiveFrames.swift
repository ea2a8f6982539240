import Control
import Formatting
import Foundation
import Glibc
import Platform
import Synchronization
import Terminal

/// Has a running daemon gather the scores of live frames, for as long as this command lives.
struct LiveFrames {
    let daemon: DaemonOptions
    /// Only frames of this source, if it is set.
    let source: String?
    /// Whether to wait for a source that has never sent.
    let isForced: Bool

    /// Without a sign of life for so many seconds the daemon ends the gathering by itself.
    private static let lease = 15
    /// Of seconds without a frame before that is said.
    private static let silence = 5.0

    /// What `request` answers for the ticket of `count` gathered frames.
    ///
    /// Whatever happens, the daemon gathers nothing any more afterwards.
    func gathered(
        _ count: Int, isDryRun: Bool, _ request: (_ ticket: String?) -> ControlRequest
    ) throws -> CalibrationEffect {
        // From before anything is asked for, so that a signal never leaves it behind.
        let interruption = Interruption()
        let status: Status = try daemon.ask(
            .gather(count: count, source: source, lease: .init(holder: holder, seconds: Self.lease))
        )
        let ticket = status.collecting?.ticket
        do {
            try wait(for: status, interruption)
            let effect: CalibrationEffect = try daemon.ask(request(ticket), seconds: 30)
            if isDryRun { try end(ticket) }
            return effect
        } catch {
            // The first error is the one to tell; where nobody answers, the lease ends it.
            try? end(ticket)
            throw error
        }
    }

    private var holder: String {
        let host = ProcessInfo.processInfo.hostName
        return "elbo recalibrate (pid \(getpid()) on \(host))"
    }

    private func end(_ ticket: String?) throws {
        let _: Status = try daemon.ask(ticket.map { .release(ticket: $0) } ?? .cancel)
    }

    private func wait(for first: Status, _ interruption: Interruption) throws {
        var status = first
        if let source, status.collecting?.isKnown == false {
            let text = "no frame has ever come from \(source)"
            guard isForced else {
                throw Failure(
                    "\(text), as far as this daemon knows; elbo sources lists who sends, and --force "
                        + "waits for it", .dataFormat)
            }
            note("\(text); waiting for it\n")
        }
        let ticket = first.collecting?.ticket
        var progress = Progress(isTerminal: isatty(2) == 1)
        while let collecting = status.collecting, collecting.gathered < collecting.wanted {
            progress.show(collecting)
            guard !interruption.isRequested else {
                throw Failure("stopped; the old bounds serve on", .interrupted)
            }
            sleepThread(for: .milliseconds(100))
            status = try daemon.ask(ticket.map { .renew(ticket: $0) } ?? .status)
        }
        progress.clear()
        guard status.collecting != nil else {
            throw Failure("somebody else ended the gathering", .unavailable)
        }
    }

    /// Says how far gathering is, and once if nothing comes.
    private struct Progress {
        let isTerminal: Bool
        private let clock = ContinuousClock()
        private var last: (gathered: Int, time: ContinuousClock.Instant)
        private var restarts = 0
        private var isSilenceSaid = false

        init(isTerminal: Bool) {
            self.isTerminal = isTerminal
            last = (0, clock.now)
        }

        mutating func show(_ collecting: Status.Collecting) {
            if let times = collecting.restarts, times > restarts {
                restarts = times
                note("another model serves now; gathering begins anew\n")
            }
            if collecting.gathered != last.gathered {
                last = (collecting.gathered, clock.now)
            } else if !isSilenceSaid, clock.now - last.time > .seconds(LiveFrames.silence) {
                isSilenceSaid = true
                let who = collecting.source.map { " from \($0)" } ?? ""
                note(
                    "no frame\(who) for \(Int(LiveFrames.silence)) s; \(grouped(collecting.gathered)) "
                        + "of \(grouped(collecting.wanted)) are gathered, still waiting\n")
            }
            guard isTerminal else { return }
            note(
                "\r\u{1B}[Kgathered \(grouped(collecting.gathered)) of "
                    + "\(grouped(collecting.wanted)) frames")
        }

        func clear() { if isTerminal { note("\r\u{1B}[K") } }
    }

    /// Whether a signal asks to stop: also that of a terminal that was closed.
    private final class Interruption: Sendable {
        private let hangup = Atomic<Bool>(false)
        private let stopSignal = StopSignal()

        init() {
            stopSignal.watch()
            watchForHangup { [weak self] in self?.hangup.store(true, ordering: .relaxed) }
        }

        var isRequested: Bool { stopSignal.isRequested || hangup.load(ordering: .relaxed) }
    }
}

extension Status.Collecting {
    /// For people.
    var text: String {
        let frames = source.map { "frames of \($0)" } ?? "frames"
        let who = holder.map { ", for \($0)" } ?? ""
        let left = expiresIn.map { ", which ends within \($0) s of its last sign of life" } ?? ""
        return "gathering \(frames), \(grouped(gathered)) of \(grouped(wanted))\(who)\(left)"
    }
}
