import Detection
import Formatting
import Frames
import Reports
import VAE

// What a suite says, as a table or as JSON.
extension FaultSuite {
    /// The scores that the rule says something about, the deciding one first.
    private var scores: [ScoreFunction] {
        let decides = calibration.rule.score
        return [decides]
            + ([.mse, .nll, .kl, .elbo, .nap] + [
                .camera, .extreme, .line, .surplus, .meaning, .fused,
            ]).filter {
                $0 != decides && normal.caught[$0] != nil
            }
    }

    /// Prints a line for each fault: what the deciding score catches, with its interval and its area under
    /// the ROC curve, and what others would by the same method.
    func printTable() {
        let scores = scores
        print(
            "\(calibration.rule.title) of \(grouped(calibration.sample.n)) images of "
                + "\(calibration.data.name); \(grouped(normal.count)) images of \(normalName), each with "
                + "every fault")
        print(
            padded("share outside, %", 24)
                + scores.enumerated().map {
                    $0 == 0
                        ? padded("\($1.rawValue), decides", 26) + padded("health", 9)
                            + padded("AUROC", 9)
                        : padded(String($1.rawValue.trimmingPrefix("part_")), 9)
                }.joined())
        printRow("false alarms", normal, scores, hasAUROC: false)
        for row in rows { printRow(row.fault, row, scores, hasAUROC: true) }
        print(
            padded("mean of the faults", 24)
                + scores.enumerated().map {
                    padded(percent(mean($1)), $0 == 0 ? 44 : 9)
                }.joined())
    }

    private func printRow(
        _ name: String, _ row: CaughtShare, _ scores: [ScoreFunction], hasAUROC: Bool
    ) {
        let cells = scores.enumerated().map { place, score in
            guard place == 0 else { return padded(percent(row.share(score)), 9) }
            let interval = row.interval(score)
            return padded(
                padded(percent(row.share(score)), 8) + "\(percent(interval.lowerBound)) to "
                    + percent(interval.upperBound), 26)
                + padded(percent(Double(row.faults) / Double(max(1, row.count))), 9)
                + padded(hasAUROC ? row.auroc[score].map { fixed($0, 3) } ?? "–" : "", 9)
        }
        print(padded(name, 24) + cells.joined())
    }

    private func percent(_ share: Double) -> String { fixed(100 * share, 2) }

    private struct JSON: Encodable {
        let rule: DecisionRule
        let normal: String
        let rows: [Row]
        let mean: [String: Double]
    }

    private struct Row: Encodable {
        let fault: String
        let count: Int
        let caught: [String: Double]
        let health: [String: Double]
        let interval: [Double]
        let auroc: [String: Double]?
    }

    /// Prints one JSON object.
    func printJSON() throws {
        func named<Value>(_ values: [ScoreFunction: Value]) -> [String: Value] {
            Dictionary(uniqueKeysWithValues: values.map { ($0.key.rawValue, $0.value) })
        }
        func row(_ name: String, _ row: CaughtShare, hasAUROC: Bool) -> Row {
            let interval = row.interval(calibration.rule.score)
            return Row(
                fault: name, count: row.count,
                caught: named(
                    row.caught.mapValues { Double($0) / Double(max(1, row.count)) }),
                health: Dictionary(
                    uniqueKeysWithValues: row.faulty.map {
                        ($0.key.rawValue, Double($0.value) / Double(max(1, row.count)))
                    }),
                interval: [interval.lowerBound, interval.upperBound],
                auroc: hasAUROC ? named(row.auroc) : nil)
        }
        try elbo.printJSON(
            JSON(
                rule: calibration.rule, normal: normalName,
                rows: [row("normal", normal, hasAUROC: false)]
                    + rows.map { row($0.fault, $0, hasAUROC: true) },
                mean: named(
                    Dictionary(uniqueKeysWithValues: scores.map { ($0, mean($0)) }))))
    }
}
