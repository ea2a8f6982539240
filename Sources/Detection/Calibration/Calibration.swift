public import Files
public import Platform
public import Tensors
public import VAE

/// What normal looks like to one model: the scores of held-out normal images, and the rules drawn from
/// them.
///
/// The contents of `calibration.json`.
public struct Calibration: Sendable, Equatable {
    /// The rules, of which the first decides; at least one.
    public let rules: [DecisionRule]
    /// SHA-256 of the model file the scores were computed with, as `sha256:…`.
    public var model: String
    /// What was scored.
    public var data: DataIdentity
    /// When.
    public var created: UnixTime
    /// The number of these rules, which no others ever have; verdicts carry it.
    public var revision: Int
    /// How it came about; nil in files of older versions.
    public var lineage: Lineage?
    /// How the scores were computed, and are to be.
    public var computation: Computation
    /// The scores of each score function; the rules' own are among them.
    public let samples: [ScoreFunction: ScoreSample]

    /// Which images a calibration was made from.
    public struct DataIdentity: Sendable, Equatable, Codable {
        /// As the operator named them, such as `mnist:t10k[even]`.
        public var name: String
        /// SHA-256 of their pixels in order, as `sha256:…`.
        public var sha256: String
        /// Files that could not be read and were left out; nil if none.
        public var leftOut: Int?

        private enum CodingKeys: String, CodingKey {
            case name, sha256
            case leftOut = "left_out"
        }

        /// Images called `name` with this hash.
        public init(name: String, sha256: String, leftOut: Int? = nil) {
            self.name = name
            self.sha256 = sha256
            self.leftOut = leftOut
        }
    }

    /// A rule over `scores`, those of one calibration image each, all of the same functions; throws if there are
    /// fewer than two or one is not finite.
    public init(
        scores: some RandomAccessCollection<Scores>, rule: DecisionRule, model: SHA256Digest,
        data: DataIdentity, created: UnixTime, revision: Int, lineage: Lineage? = nil,
        computation: Computation = .fp32
    ) throws(CalibrationError) {
        guard scores.count >= 2, let first = scores.first else {
            throw .unusable("\(scores.count) images cannot be calibrated from; take at least 2")
        }
        var samples: [ScoreFunction: ScoreSample] = [:]
        for function in first.computed.functions {
            let values = scores.map { $0[function] }
            guard values.allSatisfy(\.isFinite) else {
                throw .unusable("the model gives \(function.rawValue) scores that are not numbers")
            }
            samples[function] = ScoreSample(of: values)
        }
        _ = try DrawnRule(rule, over: samples)
        self.init(
            rules: [rule], samples: samples, model: model.description, data: data,
            created: created, revision: revision, lineage: lineage, computation: computation)
    }

    init(
        rules: [DecisionRule], samples: [ScoreFunction: ScoreSample], model: String,
        data: DataIdentity, created: UnixTime, revision: Int, lineage: Lineage?,
        computation: Computation
    ) {
        (self.rules, self.samples) = (rules, samples)
        (self.model, self.data, self.computation) = (model, data, computation)
        (self.created, self.revision, self.lineage) = (created, revision, lineage)
    }

    /// The same scores under another rule; throws if that cannot be drawn from them.
    public func deciding(
        by rule: DecisionRule, revision: Int, created: UnixTime, lineage: Lineage? = nil
    ) throws(CalibrationError) -> Calibration {
        if rule.health != self.rule.health, !rule.health.isEmpty, !held.isSuperset(of: .health) {
            throw .unusable(
                "the calibration holds no statistics of pixels to look for faults of frames by; calibrate anew, "
                    + "from images or live frames")
        }
        _ = try DrawnRule(rule, over: samples)
        return Calibration(
            rules: [rule], samples: samples, model: model, data: data, created: created,
            revision: revision, lineage: lineage, computation: computation)
    }

    /// The rule that decides.
    public var rule: DecisionRule { rules[0] }

    /// The scores that the deciding rule is drawn from.
    public var sample: ScoreSample {
        guard let sample = samples[rule.score] else {
            preconditionFailure("a calibration holds the scores of its own rule")
        }
        return sample
    }

    /// The scores that its rules need.
    public var needed: ScoreSet {
        let looks = !rule.health.isEmpty && held.isSuperset(of: .health)
        return ScoreSet(rules.flatMap(\.scores)).union(looks ? .health : [])
    }

    /// The scores that it holds.
    public var held: ScoreSet { ScoreSet(samples.keys) }

    /// Between which scores the deciding rule calls an image normal.
    public var bounds: ScoreBounds { drawn.bounds }

    /// The deciding rule with all its bounds.
    public var drawn: DrawnRule { Judge(self).drawn }

    /// Between which scores the same rule would, if it decided by another score; nil if there are none
    /// of that.
    public func bounds(of score: ScoreFunction) -> ScoreBounds? {
        if score == rule.score { return bounds }
        guard samples[score] != nil, isDrawn(for: score) else { return nil }
        return try? DrawnRule(rule.alone(score), over: samples).bounds
    }

    /// The scores that somebody who looks at the model wants to see: not those that only health is told by.
    public var shown: ScoreSet {
        let asked = !held.isDisjoint(with: .pixels.subtracting(.health))
        return asked ? held : held.subtracting(.health).union(ScoreSet(rule.scores))
    }

    /// Whether the rule says something about this score: bounds set by hand are those of their own alone.
    func isDrawn(for score: ScoreFunction) -> Bool {
        if case .fixed = rule.method { score == rule.score } else { true }
    }

    /// The revisions there can be: integers that every reader of JSON keeps exactly; one more than the last
    /// is still a number.
    public static let revisions = 1..<(1 << 53)

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
    /// Its rule promises no bound on false alarms.
    case uncertified(revision: Int, rule: String)
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
        case .uncertified(let revision, let rule):
            "revision \(revision) is drawn by another rule, \(rule), which promises no bound on false alarms; "
                + "draw a certified one, as with elbo calibrate --redraw --rule certified --alpha 0.01"
        case .notMade(let precision, let path):
            "there is no \(path): scores of \(precision.rawValue) have bounds of their own; run elbo "
                + "calibrate --precision \(precision.rawValue)"
        case .file(let error): error.description
        }
    }
}
