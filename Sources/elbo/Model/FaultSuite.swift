import Datasets
import Detection
import Formatting
import Frames
import VAE

/// What a rule makes of normal images, of the same images with every fault, and of other sets.
struct FaultSuite {
    let calibration: Calibration
    /// The normal images, of which the outside ones are false alarms.
    let normal: CaughtShare
    private let normalName: String
    let rows: [CaughtShare]

    /// Measures `normal` as it is and with every fault that can happen to it, and `others` as they are.
    ///
    /// `progress` is told how many of all sets are done.
    init(
        _ loaded: LoadedModel, _ calibration: Calibration, normal: ImageSet, others: [ImageSet],
        progress: (Int, Int) -> Void
    ) throws {
        self.calibration = calibration
        let faults = Fault.allCases.filter { $0.applies(to: normal) }
        let all = 2 + faults.count + others.count
        progress(0, all)
        let computation = calibration.computation
        let held = calibration.held
        let scores = try loaded.scores(of: normal, by: computation, computing: held)
        self.normal = calibration.caught("normal", normal: scores, anomalous: scores)
        normalName = normal.name
        var rows: [CaughtShare] = []
        func measure(_ name: String, _ set: ImageSet) throws {
            progress(rows.count + 1, all)
            rows.append(
                calibration.caught(
                    name, normal: scores,
                    anomalous: try loaded.scores(of: set, by: computation, computing: held)))
        }
        for fault in faults { try measure(fault.name, fault.applied(to: normal)) }
        progress(rows.count + 1, all)
        if let frozen = try Self.frozen(loaded, calibration, normal, scores) { rows.append(frozen) }
        for set in others { try measure(set.name, set) }
        progress(all, all)
        self.rows = rows
    }

    /// The images as frozen ones: each scored once more, in another place of a batch, must be known for the same and
    /// its neighbour for another, as a source's next frames are compared; nil if the rule does not look for them.
    private static func frozen(
        _ loaded: LoadedModel, _ calibration: Calibration, _ set: ImageSet, _ scores: [Scores]
    ) throws -> CaughtShare? {
        guard calibration.drawn.rule.health.contains(.frozen),
            calibration.needed.isSuperset(of: .health)
        else { return nil }
        let pixels = (0..<set.count).reversed().flatMap(set.image)
        let reversed = set.replacing(pixels: pixels, name: set.name)
        let again = try loaded.scores(
            of: reversed, by: calibration.computation, computing: calibration.held)
        let caught = scores.indices.count { index in
            var stillness = Stillness()
            _ = stillness.note(scores[index == 0 ? scores.count - 1 : index - 1])
            let isNew = stillness.note(scores[index]) == 0
            return isNew && stillness.note(again[scores.count - 1 - index]) == 1
        }
        return CaughtShare(
            "frozen", count: scores.count, faulty: [.frozen: caught], score: calibration.rule.score)
    }

    /// The mean over faults and sets of the share that a score catches.
    private func mean(_ score: ScoreFunction) -> Double {
        rows.reduce(0) { $0 + $1.share(score) } / Double(max(1, rows.count))
    }

    /// The scores that the rule says something about, the deciding one first.
    private var scores: [ScoreFunction] {
        let decides = calibration.rule.score
        return [decides]
            + ([.mse, .nll, .kl, .elbo, .nap] + ScoreFunction.allCases.suffix(6)).filter {
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
