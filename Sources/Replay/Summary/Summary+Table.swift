import Formatting

extension Summary {
    /// The table a run ends with, for people.
    public var table: String {
        var lines = [row(["", "flagged", "not flagged", "unanswered"])]
        if names.normal != "none" { lines.append(row(names.normal, normal)) }
        if names.anomalous != "none" { lines.append(row(names.anomalous, anomalous)) }
        lines += ["", "Accuracy       \(percent(accuracy))"]
        if let falseAlarmInterval {
            lines.append(
                "False alarms   \(percent(falseAlarmRate)), 95 % interval "
                    + "\(percent(falseAlarmInterval.lowerBound)) to "
                    + "\(percent(falseAlarmInterval.upperBound))")
        }
        if let auroc { lines.append("AUROC          \(fixed(auroc, 5))") }
        let speed = imagesPerSecond.map { grouped(Int($0.rounded())) } ?? "–"
        lines.append("Throughput     \(speed) images/s over \(fixed(seconds, 2)) s")
        if let max = latency(100), let p50 = latency(50), let p99 = latency(99),
            let p999 = latency(99.9)
        {
            lines.append(
                "Latency        p50 \(time(p50))   p99 \(time(p99))   p99.9 \(time(p999))   "
                    + "max \(time(max))")
        }
        lines.append(
            "Frames         \(grouped(tally.sent)) sent, \(grouped(tally.verdicts)) judged, "
                + "\(grouped(lost)) lost, \(grouped(tally.duplicates)) duplicated, "
                + "\(grouped(tally.outOfOrder)) out of order, \(grouped(tally.late)) late")
        for (reason, count) in tally.errors.sorted(by: { $0.key < $1.key }) {
            lines.append("Errors         \(grouped(count)) \(reason)")
        }
        if tally.strays > 0 {
            lines.append("Strays         \(grouped(tally.strays)) lines about no frame of this run")
        }
        return lines.joined(separator: "\n")
    }

    private func row(_ name: String, _ outcome: Tally.Outcome) -> String {
        func cell(_ count: Int) -> String {
            guard outcome.judged > 0 else { return grouped(count) }
            return grouped(count) + " (\(percent(Double(count) / Double(outcome.judged))))"
        }
        return row([name, cell(outcome.flagged), cell(outcome.passed), grouped(outcome.unanswered)])
    }

    private func row(_ cells: [String]) -> String {
        let width = max(names.normal.count, names.anomalous.count) + 2
        return padded(cells[0], width)
            + zip(cells.dropFirst(), [20, 20, 12]).map { padded($0, $1, left: true) }.joined()
    }

    private func percent(_ share: Double?) -> String {
        share.map { fixed(100 * $0, 2) + " %" } ?? "–"
    }

    private func time(_ microseconds: Double) -> String {
        switch microseconds {
        case ..<1000: fixed(microseconds, 0) + " µs"
        case ..<1_000_000: fixed(microseconds / 1000, 2) + " ms"
        default: fixed(microseconds / 1_000_000, 2) + " s"
        }
    }
}
