import Console
import Detection
import FoundationEssentials
import VAE

/// What `elbo evaluate` says, as a table or as JSON.
struct EvaluationReport {
    let calibration: Calibration
    let quality: ModelQuality
    let normal: String
    let anomalous: String
    let anomalousScores: [Scores]

    private var inside: Int {
        quality.scores.count { calibration.deciding.contains($0[calibration.score]) }
    }

    private var flagged: Int {
        anomalousScores.count { !calibration.deciding.contains($0[calibration.score]) }
    }

    private func auroc(_ function: ScoreFunction) -> Double {
        Evaluation.auroc(
            normal: quality.scores.map { $0[function] },
            anomalous: anomalousScores.map { $0[function] })
    }

    private struct JSON: Encodable {
        let normal: String
        let anomalous: String
        let mse: Double
        let kl: Double
        let neg_elbo: Double
        let active_units: Int
        let score: String
        let lower: Double
        let upper: Double
        let normal_within: Double
        let anomalous_flagged: Double
        let false_alarm_rate: Double
        let auroc: [String: Double]
    }

    /// Prints one JSON object.
    func printJSON() throws {
        let within = Double(inside) / Double(quality.scores.count)
        let areas = ScoreFunction.allCases.map { ($0.rawValue, auroc($0)) }
        let report = JSON(
            normal: normal, anomalous: anomalous, mse: quality.mean(.mse), kl: quality.mean(.kl),
            neg_elbo: quality.negativeELBO, active_units: quality.activeUnits,
            score: calibration.score.rawValue, lower: calibration.deciding.lower,
            upper: calibration.deciding.upper, normal_within: within,
            anomalous_flagged: Double(flagged) / Double(anomalousScores.count),
            false_alarm_rate: 1 - within, auroc: Dictionary(uniqueKeysWithValues: areas))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        print(String(decoding: try encoder.encode(report), as: UTF8.self))
    }

    /// Prints a table for people.
    func printTable() {
        let (n, m) = (quality.scores.count, anomalousScores.count)
        let alarms = Evaluation.wilsonInterval(hits: n - inside, trials: n)
        let bounds = calibration.deciding
        print(
            """
            Model
              mean squared error    \(fixed(quality.mean(.mse), 5)) at z = μ
              −ELBO                 \(fixed(quality.negativeELBO, 2)) nats, of which KL \
            \(fixed(quality.mean(.kl), 2))
              active latent units   \(quality.activeUnits)
            Bounds
              \(calibration.score.rawValue) from \(significant(bounds.lower)) to \
            \(significant(bounds.upper)) (μ ± \(calibration.k)σ of \(bounds.n) images of \
            \(calibration.data.name))
            Verdicts
              \(normal): \(percent(inside, n)) of \(n) inside
              \(anomalous): \(percent(flagged, m)) of \(m) flagged
              false alarms          \(percent(n - inside, n)), 95 % interval \
            \(fixed(100 * alarms.lowerBound, 2)) to \(fixed(100 * alarms.upperBound, 2)) %
            Area under the ROC curve
            """)
        for function in ScoreFunction.allCases {
            let name = padded(function.rawValue, 5)
            print("  \(name) \(fixed(auroc(function), 5))")
        }
    }

    private func percent(_ part: Int, _ whole: Int) -> String {
        "\(fixed(100 * Double(part) / Double(whole), 2)) %"
    }
}
