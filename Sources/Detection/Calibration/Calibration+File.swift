public import Files
import FoundationEssentials
import Platform
public import Tensors
public import VAE

extension Calibration: Codable {
    private enum Key: String, CodingKey {
        case schema, rules, scores, model, data, created, revision, precision, ranges, profile
        case lineage = "made"
        /// Of the first schema, which knew one rule.
        case score, k
    }

    /// What is written: rules in a list, each with its bounds.
    private static let schema = "elbod.calibration/2"
    /// What is read besides: one score and one k for all scores, whose bounds lie beside each sample.
    private static let firstSchema = "elbod.calibration/1"

    /// Writes the documented keys; `created` as ISO 8601.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(Self.schema, forKey: .schema)
        try container.encode(rules.map { StoredRule($0, samples) }, forKey: .rules)
        try container.encode(model, forKey: .model)
        try container.encode(data, forKey: .data)
        try container.encode(created.iso8601, forKey: .created)
        try container.encode(revision, forKey: .revision)
        try container.encodeIfPresent(lineage, forKey: .lineage)
        if computation.precision != .fp32 {
            try container.encode(computation.precision.rawValue, forKey: .precision)
            try container.encodeIfPresent(computation.ranges, forKey: .ranges)
        }
        try container.encodeIfPresent(computation.profile, forKey: .profile)
        let named = samples.map { ($0.key.rawValue, StoredSample($0.value)) }
        try container.encode(Dictionary(uniqueKeysWithValues: named), forKey: .scores)
    }

    /// Reads the documented keys and refuses numbers that contradict each other.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        let schema = try container.decode(String.self, forKey: .schema)
        guard schema == Self.schema || schema == Self.firstSchema else {
            throw CalibrationError.malformed("its schema is \(schema), not \(Self.schema)")
        }
        let stored: [StoredRule]
        if schema == Self.firstSchema {
            let rule = DecisionRule(
                score: try container.decode(ScoreFunction.self, forKey: .score),
                method: .sigma(k: try container.decode(Double.self, forKey: .k)), health: [])
            stored = [StoredRule(rule: rule)]
        } else {
            stored = try container.decode([StoredRule].self, forKey: .rules)
        }
        let text = try container.decode(String.self, forKey: .created)
        guard let created = UnixTime(iso8601: text) else {
            throw CalibrationError.malformed(
                "\(text) is not a time like 2026-11-23T07:01:56.120311Z")
        }
        let revision = try container.decode(Int.self, forKey: .revision)
        guard Self.revisions.contains(revision) else {
            throw CalibrationError.malformed("its revision is \(revision), not from 1 to 2⁵³ − 1")
        }
        let named = try container.decode([String: StoredSample].self, forKey: .scores)
        let samples = try Self.samples(
            named, under: stored, ofFirstSchema: schema == Self.firstSchema)
        self.init(
            rules: stored.map(\.rule), samples: samples,
            model: try container.decode(String.self, forKey: .model),
            data: try container.decode(DataIdentity.self, forKey: .data), created: created,
            revision: revision,
            lineage: try container.decodeIfPresent(Lineage.self, forKey: .lineage),
            computation: try Self.computation(in: container))
    }

    private static func computation(
        in container: KeyedDecodingContainer<Key>
    ) throws -> Computation {
        let precision = try container.decodeIfPresent(String.self, forKey: .precision) ?? "fp32"
        guard let known = Precision(rawValue: precision) else {
            throw CalibrationError.malformed("there is no precision called \(precision)")
        }
        return Computation(
            precision: known,
            ranges: try container.decodeIfPresent(ActivationRanges.self, forKey: .ranges),
            profile: try container.decodeIfPresent(NormalProfile.self, forKey: .profile))
    }

    /// The samples by their functions, all of them consistent in themselves and with the rules.
    private static func samples(
        _ named: [String: StoredSample], under rules: [StoredRule], ofFirstSchema: Bool
    ) throws(CalibrationError) -> [ScoreFunction: ScoreSample] {
        guard let first = rules.first else { throw .malformed("it holds no rule") }
        var samples: [ScoreFunction: ScoreSample] = [:]
        for (name, stored) in named {
            guard let function = ScoreFunction(rawValue: name) else {
                throw .malformed("there is no score called \(name)")
            }
            samples[function] = try stored.checked(name: name)
            if ofFirstSchema {
                // Its one k drew bounds for every score.
                let rule = first.rule.alone(function)
                try StoredRule(rule: rule, lower: stored.lower, upper: stored.upper)
                    .check(against: samples, isComplete: true)
            }
        }
        guard Set(samples.values.map(\.n)).count <= 1 else {
            throw .malformed("its scores are not those of as many images each")
        }
        for stored in rules { try stored.check(against: samples, isComplete: false) }
        return samples
    }

    /// The bytes of `calibration.json`.
    public func encoded() throws(CalibrationError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        ScoreLists.leaveOut(of: encoder)
        let outline: [UInt8]
        do { outline = try [UInt8](encoder.encode(self)) } catch { throw .unusable("\(error)") }
        let names = samples.sorted { $0.key.rawValue < $1.key.rawValue }
        return ScoreLists(names.map(\.value.sorted)).inserted(into: outline) + [UInt8(ascii: "\n")]
    }

    /// Reads a calibration from the bytes of its file.
    public init(decoding bytes: [UInt8]) throws(CalibrationError) {
        do {
            let (decoder, outline) = try ScoreLists.decoder(of: bytes)
            self = try decoder.decode(Calibration.self, from: Data(outline))
        } catch let error as CalibrationError {
            throw error
        } catch let error as DecodingError {
            throw .malformed("\(error)")
        } catch {
            throw .malformed("\(error)")
        }
    }
}

extension Calibration {
    /// The bytes of a calibration's file, which must be an ordinary one; of what is no JSON object no more
    /// than the beginning.
    public static func bytes(ofFile path: String) throws(FilesError) -> [UInt8] {
        try readOrdinaryFile(path, limit: 1 << 28) { start in
            let blanks: [UInt8] = [0x20, 0x09, 0x0A, 0x0D]
            return start.first { !blanks.contains($0) } == UInt8(ascii: "{")
        }
    }
}

extension Calibration {
    /// The number after all that a model directory holds, its history too, whichever models they belong
    /// to; what cannot be read counts as nothing.
    public static func nextRevision(in directory: String, _ precision: Precision = .fp32) -> Int {
        let last = (try? bytes(ofFile: path(in: directory, precision)))
            .flatMap { try? Calibration(decoding: $0) }?.revision
        let kept = CalibrationFolder(directory: directory, precision: precision).revisions()
        return (kept + [last ?? 0]).reduce(0, max) + 1
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
        directory: String, model: any IdentifiedModel, precision: Precision = .fp32
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
        do { bytes = try Calibration.bytes(ofFile: path) } catch { throw .file(error) }
        self = try LoadedCalibration(bytes: bytes, model: model)
        guard calibration.computation.precision == precision else {
            throw .malformed(
                "\(path) is one of \(calibration.computation.precision.rawValue) scores")
        }
    }

    /// Reads a calibration of `model` from the bytes of its file.
    public init(bytes: [UInt8], model: any IdentifiedModel) throws(CalibrationError) {
        self = try LoadedCalibration(bytes: bytes, model: model.digest)
        try requireToSuit(model)
    }

    /// Reads a calibration from its file, whichever model it belongs to.
    public init(file path: String) throws(CalibrationError) {
        let bytes: [UInt8]
        do { bytes = try Calibration.bytes(ofFile: path) } catch { throw .file(error) }
        self.init(try Calibration(decoding: bytes), digest: SHA256Digest(of: bytes))
    }

    /// A calibration that is about to be written, with the bytes of its file; throws if it is none of
    /// `model`, where one is given, or has a number that no file may hold.
    public static func writing(
        _ calibration: Calibration, for model: (any IdentifiedModel)? = nil
    ) throws(CalibrationError) -> (loaded: LoadedCalibration, bytes: [UInt8]) {
        if let model, calibration.model != model.digest.description {
            throw .otherModel(calibration: calibration.model, model: model.digest.description)
        }
        guard Calibration.revisions.contains(calibration.revision) else {
            throw .unusable("no revision is left: the last one there can be is in use")
        }
        let bytes = try calibration.encoded()
        let loaded = LoadedCalibration(calibration, digest: SHA256Digest(of: bytes))
        if let model { try loaded.requireToSuit(model) }
        return (loaded, bytes)
    }

    private init(_ calibration: Calibration, digest: SHA256Digest) {
        (self.calibration, self.digest) = (calibration, digest)
    }

    private func requireToSuit(_ model: any IdentifiedModel) throws(CalibrationError) {
        guard model.suits(calibration.computation) else {
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
