public import Files
public import Tensors
public import Platform
public import VAE

/// What normal looks like to one model: the distribution of every score over held-out normal images,
/// and which score judges, with which bounds.
///
/// The contents of `calibration.json`.
public struct Calibration: Sendable, Equatable {
    /// The score that decides.
    public var score: ScoreFunction
    /// The bounds are μ ± kσ.
    public var k: Double
    /// SHA-256 of the model file the scores were computed with, as `sha256:…`.
    public var model: String
    /// What was scored.
    public var data: DataIdentity
    /// When.
    public var created: UnixTime
    /// How often this model directory has been calibrated; verdicts carry it.
    public var revision: Int
    /// How the scores were computed, and are to be.
    public var computation: Computation
    /// One distribution per score function.
    public var distributions: [ScoreFunction: Distribution]

    /// Which images a calibration was made from.
    public struct DataIdentity: Sendable, Equatable, Codable {
        /// As the operator named them, such as `mnist:t10k[0..<5000]`.
        public var name: String
        /// SHA-256 of their pixels in order, as `sha256:…`.
        public var sha256: String

        /// Images called `name` with this hash.
        public init(name: String, sha256: String) {
            self.name = name
            self.sha256 = sha256
        }
    }

    /// Draws bounds from `scores`, one per calibration image; throws if there are fewer than two or
    /// one is not finite.
    public init(
        scores: [Scores], score: ScoreFunction, k: Double, model: SHA256Digest, data: DataIdentity,
        created: UnixTime, revision: Int, computation: Computation = .fp32
    ) throws(CalibrationError) {
        guard scores.count >= 2 else {
            throw .unusable("\(scores.count) images cannot be calibrated from; take at least 2")
        }
        guard k > 0, k.isFinite else { throw .unusable("k is \(k); it must be above 0") }
        self.score = score
        self.k = k
        self.model = model.description
        self.data = data
        self.created = created
        self.revision = revision
        self.computation = computation
        distributions = [:]
        for function in ScoreFunction.allCases {
            let values = scores.map { $0[function] }
            guard values.allSatisfy(\.isFinite) else {
                throw .unusable("the model gives \(function.rawValue) scores that are not numbers")
            }
            distributions[function] = Distribution(of: values, k: k)
        }
    }

    /// The same scores with other bounds; throws if k is not above 0.
    public func redrawn(
        score: ScoreFunction, k: Double, revision: Int, created: UnixTime
    ) throws(CalibrationError) -> Calibration {
        guard k > 0, k.isFinite else { throw .unusable("k is \(k); it must be above 0") }
        guard distributions[score] != nil else {
            throw .unusable("the calibration holds no \(score.rawValue) scores")
        }
        var calibration = self
        (calibration.score, calibration.k) = (score, k)
        (calibration.revision, calibration.created) = (revision, created)
        calibration.distributions = distributions.mapValues { Distribution(of: $0.sorted, k: k) }
        return calibration
    }

    /// The distribution of the deciding score.
    public var deciding: Distribution {
        guard let distribution = distributions[score] else {
            preconditionFailure("a calibration holds its own score")
        }
        return distribution
    }

    /// Where the calibration of a model directory is: one file for each precision, since scores
    /// differ.
    public static func path(in directory: String, _ precision: Precision = .fp32) -> String {
        directory + "/calibration" + precision.suffix + ".json"
    }
}

extension Precision {
    /// Tells files of one precision from those of others; nothing for the usual one.
    public var suffix: String { self == .fp32 ? "" : ".\(rawValue)" }
}

/// Why a calibration cannot be made or used.
public enum CalibrationError: Error, Sendable, CustomStringConvertible {
    /// Scores or settings no bounds can be drawn from.
    case unusable(String)
    /// A file that is not a calibration, or contradicts itself.
    case malformed(String)
    /// A calibration of another model.
    case otherModel(calibration: String, model: String)
    /// There is none for this precision.
    case notMade(Precision, path: String)
    /// The file system refused.
    case file(FilesError)

    /// One sentence an operator can act on.
    public var description: String {
        switch self {
        case .unusable(let text): "cannot calibrate: \(text)"
        case .malformed(let text): "damaged calibration file: \(text); run elbo calibrate again"
        case .otherModel(let calibration, let model):
            "the calibration was made for model \(calibration.prefix(23))…, but this model is "
                + "\(model.prefix(23))…; run elbo calibrate again"
        case .notMade(let precision, let path):
            "there is no \(path): scores of \(precision.rawValue) have bounds of their own; run elbo "
                + "calibrate --precision \(precision.rawValue)"
        case .file(let error): error.description
        }
    }
}
