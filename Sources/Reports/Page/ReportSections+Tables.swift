import Datasets
import Detection
import Drawing
import Files
import Formatting
import VAE

// The two sections that are mostly tables.
extension ReportSections {
    /// Verdicts of the rule in service, and of every rule that the calibration holds; beside the paper's, of a model
    /// like it.
    static func detectionSection(_ result: AnomalyDetection, besidePaper: Bool = true) -> String {
        let (n, rule) = (result.numbers, result.numbers.deciding)
        let interval = n.falseAlarmInterval.map { percent($0) }
        let confusion = [
            ["", "called normal", "called anomalous"],
            [
                "normal images, \(grouped(rule.normal))",
                "\(grouped(rule.normal - rule.falseAlarms)) (\(percent(rule.inside)))",
                "\(grouped(rule.falseAlarms)) (\(percent(rule.falseAlarmRate)))",
            ],
            [
                "anomalous images, \(grouped(rule.anomalous))",
                "\(grouped(rule.anomalous - rule.flagged)) (\(percent(1 - rule.flaggedRate)))",
                "\(grouped(rule.flagged)) (\(percent(rule.flaggedRate)))",
            ],
        ]
        let rules = n.rules.map { rule in
            [
                rule.score.rawValue + (rule.score == n.score ? ", in service" : ""),
                range(from: rule.lower, to: rule.upper),
                percent(rule.inside), percent(rule.flaggedRate), fixed(rule.auroc, 5),
            ]
        }
        return Markup.paragraph(
            "The bounds of \(n.score.rawValue), \(n.rule), were drawn from \(n.calibration). "
                + "Judged are \(n.normal) as normal images and \(n.anomalous) as anomalous ones. "
                + "Inside the bounds are \(percent(rule.inside)) of the normal images"
                + (besidePaper ? " (the paper: \(percent(n.paperInside)))" : "")
                + ", so false alarms are \(percent(rule.falseAlarmRate)), "
                + "95 % interval \(interval[0]) to \(interval[1]).")
            + Markup.table(confusion) + Markup.figure(result.histogram)
            + Markup.figure(result.roc)
            + Markup.paragraph("What every rule stored in the calibration does to the same images:")
            + Markup.table(
                [["score", "normal from … to …", "normal inside", "anomalous flagged", "AUROC"]]
                    + rules)
    }

    /// What the rule in service catches of what goes wrong with cameras and scenes.
    func faultSection(_ suite: FaultSuite) -> String {
        let score = suite.calibration.rule.score
        let rows = suite.rows.map { row in
            let interval = row.interval(score)
            return [
                row.fault, Self.percent(row.share(score)),
                "\(Self.percent(interval.lowerBound)) to \(Self.percent(interval.upperBound))",
                Self.percent(Double(row.faults) / Double(max(1, row.count))),
                row.auroc[score].map { fixed($0, 3) } ?? "",
            ]
        }
        return Markup.paragraph(
            "What \(suite.calibration.rule.title) of \(score.rawValue) calls anomalous of \(suite.normalName) "
                + "with each fault, by the score or by the health of the frame; without a fault "
                + "\(Self.percent(suite.normal.share(score))). In the mean \(Self.percent(suite.mean(score))) are caught."
        )
            + Markup.table(
                [["fault", "caught", "95 % interval", "by health alone", "AUROC of the score"]]
                    + rows)
    }

    /// How the models were made.
    func originSection() -> String {
        var text = ""
        for model in input.models {
            let provenance = Provenance(model)
            text += "<h3>\(escaped(provenance.model))</h3>\n"
            if let history = TrainingHistory(model.history) {
                text += "<div class=\"pair\">" + Markup.figure(history.lossCurve)
                text += Markup.figure(history.divergenceCurve) + "</div>\n"
            }
            if let command = provenance.command { text += Markup.code(command) }
            var rows = [
                ["fact", "value"], ["layers", provenance.architecture],
                ["likelihood", provenance.likelihood],
                ["parameters", grouped(provenance.parameters)],
                ["model file", provenance.sha256],
            ]
            rows += provenance.provenance.sorted { $0.key < $1.key }.map { [$0.key, $0.value] }
            text += Markup.table(rows)
        }
        let calibration = input.calibration
        text += "<h3>Calibration and data</h3>\n"
        var rows = [
            ["what", "SHA-256"],
            [
                "calibration, revision \(calibration.calibration.revision)",
                calibration.digest.description,
            ],
        ]
        for set in input.sets {
            rows.append([set.name, set.digest.description])
        }
        return text + Markup.table(rows)
    }

    private static func percent(_ share: Double) -> String { "\(fixed(100 * share, 2)) %" }
}
