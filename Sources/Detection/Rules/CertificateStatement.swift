import Files
import Formatting
import Frames
import Platform
import Tensors
import VAE

/// What certified bounds promise, with all that it takes to check it: one paragraph that a quality engineer
/// can file.
public struct CertificateStatement: Sendable, Encodable {
    /// The calibration's revision, and SHA-256 of its file.
    public let revision: Int
    /// See `revision`.
    public let calibration: String
    /// SHA-256 of the model file.
    public let model: String
    /// What scores are computed with.
    public let precision: String
    /// The score that decides, and between which values of it an image is normal.
    public let score: String
    /// See `score`.
    public let lower: Double?
    /// See `score`.
    public let upper: Double?
    /// The images that were calibrated with: how many, their name, SHA-256 of their pixels.
    public let n: Int
    /// See `n`.
    public let data: String
    /// See `n`.
    public let dataSHA256: String
    /// When the calibration was made, in ISO 8601.
    public let created: String
    /// The share of false alarms that is kept, and with which confidence.
    public let alpha: Double
    /// See `alpha`.
    public let confidence: Double
    /// Which of the scores, counted from each end, is the bound, and on how many sides.
    public let rank: Int
    /// See `rank`.
    public let sides: Int
    /// Further scores, any of which may call an image anomalous as well.
    public let otherScores: [String]
    /// What is looked for in the pixels, each with the last value that is in order.
    public let health: [Check]
    /// Ranks in all, of every side, score and check.
    public let ranks: Int
    /// The share of false alarms that is to be expected at most, and the probability that α is kept.
    public let expected: Double
    /// See `expected`.
    public let probability: Double

    /// A check of the pixels.
    public struct Check: Sendable, Encodable {
        /// The fault that it finds.
        public let fault: String
        /// The statistic.
        public let measure: String
        /// Below it a frame has the fault.
        public let lower: Float?
        /// Above it a frame has the fault.
        public let upper: Float?
    }

    private enum CodingKeys: String, CodingKey {
        case revision, calibration, model, precision, score, lower, upper, n, data, created, alpha
        case confidence, rank, sides, expected, probability, health, ranks
        case otherScores = "any_of"
        case dataSHA256 = "data_sha256"
    }

    /// That of a calibration whose rule is certified; throws what its rule is instead.
    public init(_ loaded: LoadedCalibration) throws(CalibrationError) {
        let (calibration, rule) = (loaded.calibration, loaded.calibration.rule)
        guard case .certified(let alpha, let confidence, let tails) = rule.method else {
            throw .uncertified(revision: calibration.revision, rule: rule.title)
        }
        let drawn = calibration.drawn
        let law = BetaLaw(rank: drawn.ranks ?? 1, of: drawn.n)
        (self.alpha, self.confidence, rank) = (alpha, confidence, drawn.rank ?? 1)
        (sides, expected) = (tails.count, law.mean)
        (ranks, probability) = (drawn.ranks ?? 1, law.probability(atMost: alpha))
        otherScores = rule.scores.dropFirst().map(\.rawValue)
        health = drawn.health.checks.map { bound in
            Check(
                fault: bound.check.fault.rawValue, measure: bound.check.measure.rawValue,
                lower: bound.check.isHigh ? nil : bound.value,
                upper: bound.check.isHigh ? bound.value : nil)
        }
        (revision, self.calibration) = (calibration.revision, loaded.digest.description)
        (model, precision) = (calibration.model, calibration.computation.precision.rawValue)
        score = rule.score.rawValue
        (lower, upper) = (calibration.bounds.lowerIfAny, calibration.bounds.upperIfAny)
        (n, data) = (drawn.n, calibration.data.name)
        (dataSHA256, created) = (calibration.data.sha256, calibration.created.iso8601)
    }

    /// The paragraph.
    public var text: String {
        let law = "Beta(\(ranks), \(n + 1 - ranks))"
        let others =
            otherScores.isEmpty
            ? "" : ", or likewise its \(otherScores.joined(separator: ", ")),"
        let pixels =
            health.isEmpty
            ? ""
            : " It is as well if a statistic of its pixels lies beyond the most extreme one"
                + (HealthPlan.rank(of: n) > 1 ? " in ten thousand" : "")
                + " of the calibration by more than a fortieth: \(checks)."
        let ends = sides == 2 ? "each end" : lower == nil ? "the highest" : "the lowest"
        return """
            An image is called anomalous if its \(score)\(others) lies strictly outside the bounds: normal is \
            \(range(from: lower, to: upper)).\(pixels) With \(percent(confidence)) confidence over which images \
            happened to be calibrated with, at most \(percent(alpha)) of normal images are called anomalous; at \
            most \(percent(expected)) are to be expected. The bounds are the \(ordinal(rank)) of \(grouped(n)) \
            scores from \(ends), and \
            P(\(law) ≤ \(significant(alpha))) = \(fixed(probability, 4)) (Vovk, 2012; Tukey, 1947). The scores \
            are those of \(data) (pixels \(dataSHA256)) by the model \(model) in \(precision), calibration \
            revision \(revision) of \(created) (\(calibration)). This holds for single images that are \
            exchangeable with these. It is no promise for consecutive frames of a film, for a camera or a scene \
            that has changed since, for frames that are found frozen, or for each source or kind of image apart, \
            and says nothing of anomalies that are missed.
            """
    }

    private var checks: String {
        health.map { check in
            let bound = check.lower ?? check.upper ?? 0
            return "\(check.fault) (\(check.measure) \(check.lower == nil ? "above" : "below") "
                + "\(significant(Double(bound))))"
        }.joined(separator: ", ")
    }

    private func percent(_ share: Double) -> String {
        var text = fixed(100 * share, 3)
        while text.last == "0" { text.removeLast() }
        if text.last == "." { text.removeLast() }
        return text + " %"
    }

    private func ordinal(_ number: Int) -> String {
        let isTeen = (11...13).contains(number % 100)
        let ending = isTeen ? "th" : [1: "st", 2: "nd", 3: "rd"][number % 10] ?? "th"
        return "\(grouped(number))\(ending)"
    }
}
