import Files
import Formatting
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
    /// The share of false alarms that is to be expected, and the probability that α is kept.
    public let expected: Double
    /// See `expected`.
    public let probability: Double

    private enum CodingKeys: String, CodingKey {
        case revision, calibration, model, precision, score, lower, upper, n, data, created, alpha
        case confidence, rank, sides, expected, probability
        case dataSHA256 = "data_sha256"
    }

    /// That of a calibration whose rule is certified; throws what its rule is instead.
    public init(_ loaded: LoadedCalibration) throws(CalibrationError) {
        let (calibration, rule) = (loaded.calibration, loaded.calibration.rule)
        guard case .certified(let alpha, let confidence, let tails) = rule.method else {
            throw .uncertified(revision: calibration.revision, rule: rule.title)
        }
        let certificate = try Certificate(
            n: calibration.sample.n, alpha: alpha, confidence: confidence, tails: tails)
        (self.alpha, self.confidence, rank) = (alpha, confidence, certificate.rank)
        (sides, expected) = (tails.count, certificate.expected)
        probability = BetaLaw(rank: tails.count * certificate.rank, of: certificate.n)
            .probability(atMost: alpha)
        (revision, self.calibration) = (calibration.revision, loaded.digest.description)
        (model, precision) = (calibration.model, calibration.computation.precision.rawValue)
        score = rule.score.rawValue
        (lower, upper) = (calibration.bounds.lowerIfAny, calibration.bounds.upperIfAny)
        (n, data) = (certificate.n, calibration.data.name)
        (dataSHA256, created) = (calibration.data.sha256, calibration.created.iso8601)
    }

    /// The paragraph.
    public var text: String {
        let law = "Beta(\(sides * rank), \(n + 1 - sides * rank))"
        return """
            An image is called anomalous if its \(score) lies strictly outside the bounds: normal is \
            \(range(from: lower, to: upper)). With \(percent(confidence)) confidence over which images \
            happened to be calibrated with, at most \(percent(alpha)) of normal images are called anomalous; \
            \(percent(expected)) are to be expected. The bounds are the \(ordinal(rank)) of \(grouped(n)) \
            scores from \(sides == 2 ? "each end" : lower == nil ? "the highest" : "the lowest"), and \
            P(\(law) ≤ \(significant(alpha))) = \(fixed(probability, 4)) (Vovk, 2012). The scores are those \
            of \(data) (pixels \(dataSHA256)) by the model \(model) in \(precision), calibration revision \
            \(revision) of \(created) (\(calibration)). This holds for single images that are exchangeable \
            with these. It is no promise for consecutive frames of a film, for a camera or a scene that has \
            changed since, or for each source or kind of image apart, and says nothing of anomalies that are \
            missed.
            """
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
