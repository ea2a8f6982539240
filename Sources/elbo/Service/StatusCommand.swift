import ArgumentParser
import Control
import Formatting
import Platform

/// `elbo status`: how a running daemon is doing.
struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Say what a running daemon serves and has counted.")

    @OptionGroup var daemon: DaemonOptions

    func run() throws {
        try reporting {
            let status = try daemon.status()
            if daemon.json { return try printJSON(status) }
            print(status.text)
        }
    }
}

/// `elbo sources`: every source of a running daemon.
struct SourcesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sources", abstract: "List the sources of a running daemon.",
        discussion: """
            missed, double and late are what a sender's own numbers tell: numbers that never
            came, came twice or out of order; restarts are when it started over. Where several
            daemons share a sender, each misses what the others get.
            """)

    @OptionGroup var daemon: DaemonOptions

    func run() throws {
        try reporting {
            let sources: [SourceStatus] = try daemon.ask(.sources)
            if daemon.json { return try printJSON(sources) }
            guard !sources.isEmpty else { return print("No frame has come yet.") }
            print(SourceStatus.table(sources))
        }
    }
}

extension Status {
    /// For people; every line made fit for a terminal, as names come from senders.
    var text: String {
        var lines = [
            "\(state), up \(duration(uptime)), elbod \(version), pid \(pid) on \(worker)",
            "  model        \(model) in \(modelDirectory)",
            "  calibration  \(calibration), revision \(calibrationRevision): normal "
                + "\(range(from: lower, to: upper)) by \(score)\(rule.map { ", " + $0 } ?? ""), in \(precision)",
            "  ingest       \(ingest.joined(separator: ", "))",
            "  publish      \(publish.joined(separator: ", "))",
            "  received     \(grouped(received)) = scored \(grouped(scored)) (\(grouped(anomalous)) "
                + "anomalous) + rejected \(grouped(rejected)) + dropped \(grouped(dropped)) + in flight "
                + grouped(inFlight),
            "  queue        \(grouped(queue)) of \(grouped(queueCapacity)), \(scorers)",
            "  sources      \(sources), \(staleSources) stale",
            "  reloads      \(reloads), \(reloadsRefused) refused",
        ]
        if let faults, !faults.isEmpty {
            let counts = faults.sorted { $0.key < $1.key }.map { "\($0.key) \(grouped($0.value))" }
            lines.append("  faults       \(counts.joined(separator: ", "))")
        }
        if let audited {
            let finding =
                calibrationValid == false
                ? "does not fit any more, and nothing that it promises holds"
                : "fits, as far as can be told"
            lines.append("  audit        \(grouped(audited)) frames: the calibration \(finding)")
            for doubt in calibrationDoubts ?? [] { lines.append("               \(doubt)") }
        }
        if let events {
            let open = openEvents ?? []
            lines.append(
                "  events       \(grouped(Int(events)))"
                    + (open.isEmpty ? "" : ", open for \(open.joined(separator: ", "))"))
        }
        if !rejections.isEmpty {
            let reasons = rejections.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
            lines.append("  rejected     \(reasons.joined(separator: ", "))")
        }
        if !ownBounds.isEmpty {
            lines.append("  own bounds   \(ownBounds.joined(separator: ", "))")
        }
        if let reloadError { lines.append("  last reload  refused: \(reloadError)") }
        if let collecting {
            lines.append("  gathering    \(collecting.text.dropFirst("gathering ".count))")
        }
        return lines.map(printable).joined(separator: "\n")
    }

    private var scorers: String {
        switch threads {
        case 0: "scored by the receiving thread"
        case 1: "1 scoring thread"
        default: "\(threads) scoring threads"
        }
    }

    private func duration(_ seconds: Double) -> String {
        let whole = seconds.isFinite ? Int(max(0, min(seconds, 1e15))) : 0
        let parts = [(whole / 86400, "d"), (whole / 3600 % 24, "h"), (whole / 60 % 60, "min")]
        let shown = parts.drop { $0.0 == 0 }.map { "\($0.0) \($0.1)" }
        return (shown + ["\(whole % 60) s"]).joined(separator: " ")
    }
}

extension SourceStatus {
    /// A table for people.
    static func table(_ sources: [SourceStatus]) -> String {
        let head = [
            "source", "received", "scored", "anomalous", "rejected", "dropped", "missed", "double",
            "late", "restarts", "",
        ]
        let rows = sources.map { source in
            [
                printable(source.source), grouped(source.received), grouped(source.scored),
                grouped(source.anomalous), grouped(source.rejections.values.reduce(0, +)),
                grouped(source.dropped), "\(source.missed)", "\(source.duplicates)",
                "\(source.reordered)", "\(source.restarts)",
                [source.stale ? "stale" : "", source.ownBounds ? "own bounds" : ""]
                    .filter { !$0.isEmpty }.joined(separator: ", "),
            ]
        }
        let widths = head.indices.map { column in
            ([head] + rows).map { $0[column].count }.max() ?? 0
        }
        return ([head] + rows).map { row in
            row.indices.map { column in
                padded(
                    row[column], widths[column],
                    left: column > 0 && column < head.count - 1)
            }.joined(separator: "  ").trimmingSpaces
        }.joined(separator: "\n")
    }
}

extension String {
    /// Without the spaces at its end.
    fileprivate var trimmingSpaces: String {
        String(reversed().drop { $0 == " " }.reversed())
    }
}
