public import Files
import FoundationEssentials
public import Tensors
import Platform
public import VAE

extension Calibration: Codable {
    private enum Key: String, CodingKey {
        case schema, score, k, model, data, created, revision, scores, precision, ranges
    }

    private static let schema = "elbod.calibration/1"

    /// Writes the documented keys; `created` as ISO 8601 and in nanoseconds.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(Self.schema, forKey: .schema)
        try container.encode(score, forKey: .score)
        try container.encode(k, forKey: .k)
        try container.encode(model, forKey: .model)
        try container.encode(data, forKey: .data)
        try container.encode(created.iso8601, forKey: .created)
        try container.encode(revision, forKey: .revision)
        if computation != .fp32 {
            try container.encode(computation.precision.rawValue, forKey: .precision)
            try container.encodeIfPresent(computation.ranges, forKey: .ranges)
        }
        let named = distributions.map { ($0.key.rawValue, $0.value) }
        try container.encode(Dictionary(uniqueKeysWithValues: named), forKey: .scores)
    }

    /// Reads the documented keys and refuses numbers that contradict each other.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        let schema = try container.decode(String.self, forKey: .schema)
        guard schema == Self.schema else {
            throw CalibrationError.malformed("its schema is \(schema), not \(Self.schema)")
        }
        score = try container.decode(ScoreFunction.self, forKey: .score)
        k = try container.decode(Double.self, forKey: .k)
        model = try container.decode(String.self, forKey: .model)
        data = try container.decode(DataIdentity.self, forKey: .data)
        let text = try container.decode(String.self, forKey: .created)
        guard let time = UnixTime(iso8601: text) else {
            throw CalibrationError.malformed(
                "\(text) is not a time like 2026-11-23T07:01:56.120311Z")
        }
        created = time
        revision = try container.decode(Int.self, forKey: .revision)
        let precision = try container.decodeIfPresent(String.self, forKey: .precision) ?? "fp32"
        guard let known = Precision(rawValue: precision) else {
            throw CalibrationError.malformed("there is no precision called \(precision)")
        }
        computation = Computation(
            precision: known,
            ranges: try container.decodeIfPresent(ActivationRanges.self, forKey: .ranges))
        distributions = [:]
        let named = try container.decode([String: Distribution].self, forKey: .scores)
        for (name, distribution) in named {
            guard let function = ScoreFunction(rawValue: name) else {
                throw CalibrationError.malformed("there is no score called \(name)")
            }
            distributions[function] = distribution
        }
        try validate()
    }

    /// Whole numbers that every reader of JSON keeps exactly; one more than the last is still a number.
    private static let revisions = 1..<(1 << 53)

    private func validate() throws(CalibrationError) {
        guard Self.revisions.contains(revision) else {
            throw .malformed("its revision is \(revision), not from 1 to 2⁵³ − 1")
        }
        guard k > 0, k.isFinite else { throw .malformed("k is \(k); it must be above 0") }
        guard distributions[score] != nil else {
            throw .malformed("it judges by \(score.rawValue) but holds no such scores")
        }
        for (function, distribution) in distributions {
            let name = function.rawValue
            guard distribution.n == distribution.sorted.count, distribution.n >= 2 else {
                throw .malformed(
                    "it says \(distribution.n) \(name) scores and holds \(distribution.sorted.count)"
                )
            }
            guard distribution.sorted.allSatisfy(\.isFinite),
                zip(distribution.sorted, distribution.sorted.dropFirst()).allSatisfy({ $0 <= $1 })
            else { throw .malformed("its \(name) scores are not finite and ascending") }
            let expected = Distribution(of: distribution.sorted, k: k)
            let slack = 1e-6 * max(abs(expected.mu), expected.sigma)
            guard abs(distribution.mu - expected.mu) <= slack,
                abs(distribution.sigma - expected.sigma) <= slack,
                abs(distribution.lower - expected.lower) <= slack * max(k, 1),
                abs(distribution.upper - expected.upper) <= slack * max(k, 1)
            else { throw .malformed("its \(name) bounds do not follow from its scores and k") }
        }
    }

    /// The bytes of `calibration.json`.
    public func encoded() throws(CalibrationError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do { return try [UInt8](encoder.encode(self)) + [UInt8(ascii: "\n")] } catch {
            throw .unusable("\(error)")
        }
    }

    /// Reads a calibration from the bytes of its file.
    public init(decoding bytes: [UInt8]) throws(CalibrationError) {
        do {
            self = try JSONDecoder().decode(Calibration.self, from: Data(bytes))
        } catch let error as CalibrationError {
            throw error
        } catch let error as DecodingError {
            throw .malformed("\(error)")
        } catch {
            throw .malformed("\(error)")
        }
    }
}

/// A calibration read from its file and found to belong to a model, with its own hash.
public struct LoadedCalibration: Sendable {
    /// The calibration.
    public let calibration: Calibration
    /// SHA-256 of the file's bytes.
    public let digest: SHA256Digest

    /// Reads the calibration for `precision` in `directory` and checks that it was made for `model`.
    public init(
        directory: String, model: LoadedModel, precision: Precision = .fp32
    ) throws(CalibrationError) {
        self = try LoadedCalibration(
            directory: directory, model: model.digest, precision: precision)
        try requireToSuit(model)
    }

    /// The same for the model of this hash, of which nothing else is known.
    public init(
        directory: String, model: SHA256Digest, precision: Precision = .fp32
    ) throws(CalibrationError) {
        let path = Calibration.path(in: directory, precision)
        guard precision == .fp32 || fileKind(at: path) != .absent else {
            throw .notMade(precision, path: path)
        }
        let bytes: [UInt8]
        do { bytes = try readFile(path, limit: 1 << 28) } catch { throw .file(error) }
        self = try LoadedCalibration(bytes: bytes, model: model)
        guard calibration.computation.precision == precision else {
            throw .malformed(
                "\(path) is one of \(calibration.computation.precision.rawValue) scores")
        }
    }

    /// Reads a calibration of `model` from the bytes of its file.
    public init(bytes: [UInt8], model: LoadedModel) throws(CalibrationError) {
        self = try LoadedCalibration(bytes: bytes, model: model.digest)
        try requireToSuit(model)
    }

    private func requireToSuit(_ model: LoadedModel) throws(CalibrationError) {
        guard calibration.computation.suits(model.model.architecture) else {
            throw .malformed("its ranges of activations are none of this model")
        }
    }

    /// Reads a calibration of the model of this hash, of which nothing else is known.
    public init(bytes: [UInt8], model: SHA256Digest) throws(CalibrationError) {
        calibration = try Calibration(decoding: bytes)
        guard calibration.model == model.description else {
            throw .otherModel(calibration: calibration.model, model: model.description)
        }
        digest = SHA256Digest(of: bytes)
    }
}
