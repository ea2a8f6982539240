import ArgumentParser
import Control
import Formatting
import Glibc
import Platform
import Terminal

/// `elbo top`: a running daemon, watched.
struct Top: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Watch a running daemon: rates, queue, bounds and sources.",
        discussion: "Redraws once a second; Ctrl-C ends it.")

    @OptionGroup var daemon: DaemonOptions
    @Option(help: ArgumentHelp("Seconds between two looks.", valueName: "s"))
    var interval = 1.0
    @Option(help: ArgumentHelp("End after this many looks.", valueName: "n"))
    var count: Int?

    func run() throws {
        try reporting {
            let stopSignal = StopSignal()
            stopSignal.watch()
            var before = try Look(daemon)
            var looks = 0
            while !stopSignal.isRequested, looks < count ?? .max {
                sleepThread(for: .seconds(max(0.1, interval)))
                let now = try Look(daemon)
                if daemon.json {
                    try printJSON(now.status)
                } else {
                    // Home, draw over what is there, clear the rest: nothing flickers.
                    print("\u{1B}[H" + now.text(since: before) + "\u{1B}[J", terminator: "")
                    fflush(nil)
                }
                before = now
                looks += 1
            }
            if !daemon.json { print() }
        }
    }

    /// What is seen at one moment.
    private struct Look {
        let status: Status
        let sources: [SourceStatus]
        let time = ContinuousClock.now

        init(_ daemon: DaemonOptions) throws {
            status = try daemon.status()
            sources = try daemon.ask(.sources)
        }

        func text(since before: Look) -> String {
            let seconds = (time - before.time) / .seconds(1)
            let rate = { (now: Int, then: Int) in
                grouped(Int((Double(now - then) / seconds).rounded()))
            }
            let scored = status.scored - before.status.scored
            let anomalous = status.anomalous - before.status.anomalous
            let share = scored > 0 ? fixed(100 * Double(anomalous) / Double(scored), 2) + " %" : "–"
            let fill = Double(status.queue) / Double(max(1, status.queueCapacity))
            let filled = Int(30 * max(0, min(1, fill)))
            let bar =
                String(repeating: "█", count: filled) + String(repeating: "░", count: 30 - filled)
            let lines = [
                "elbod \(status.version) on \(status.worker), \(status.state)  \(status.ts)",
                "",
                "  received   \(padded(rate(status.received, before.status.received), 12, left: true))/s",
                "  scored     \(padded(rate(status.scored, before.status.scored), 12, left: true))/s"
                    + "   anomalous \(share)",
                "  dropped    \(padded(rate(status.dropped, before.status.dropped), 12, left: true))/s"
                    + "   rejected \(rate(status.rejected, before.status.rejected))/s",
                "  queue      \(bar) \(grouped(status.queue)) of \(grouped(status.queueCapacity))",
                "  bounds     \(status.score) \(range(from: status.lower, to: status.upper)), "
                    + "revision \(status.calibrationRevision)",
                "",
            ]
            let busiest = sources.sorted { $0.received > $1.received }.prefix(20)
            let table = SourceStatus.table(Array(busiest)).split(separator: "\n").map(String.init)
            let hidden = sources.count - busiest.count
            let rest = hidden > 0 ? ["and \(hidden) more"] : []
            return (lines.map(printable) + table + rest).map { $0 + "\u{1B}[K" }
                .joined(separator: "\n")
        }
    }
}
