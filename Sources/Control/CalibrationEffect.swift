public import Detection
import Platform
import VAE

/// What a calibration would change, for the operator to look at.
public struct CalibrationEffect: Codable, Sendable {
    /// The bounds in service.
    public var old: Bounds
    /// The bounds proposed.
    public var new: Bounds
    /// Frames scored lately that were looked at, at most 10,000.
    public var recent: Int
    /// Those whose verdict would be another.
    public var changed: Int
    /// Those called anomalous by the old bounds.
    public var anomalousBefore: Int
    /// Those called anomalous by the new bounds.
    public var anomalousAfter: Int
    /// What else the operator should know, a sentence each; nil if there is nothing.
    public var remarks: [String]?

    /// The change from one rule to another, as it would have judged the `recent` frames.
    public init(
        old: Bounds, new: Bounds, recent: Int, changed: Int, anomalousBefore: Int,
        anomalousAfter: Int
    ) {
        (self.old, self.new) = (old, new)
        (self.recent, self.changed) = (recent, changed)
        (self.anomalousBefore, self.anomalousAfter) = (anomalousBefore, anomalousAfter)
    }

    /// A rule in a few numbers.
    public struct Bounds: Codable, Sendable {
        /// The calibration's revision.
        public var revision: Int
        /// The score that decides.
        public var score: String
        /// How the bounds are drawn, as `μ ± 2σ`; nil from older daemons, which know that alone.
        public var rule: String?
        /// k in μ ± kσ; nil for other rules.
        public var k: Double?
        /// Below it an image is anomalous; nil if no score is.
        public var lower: Double?
        /// Above it an image is anomalous; nil if no score is.
        public var upper: Double?
        /// Images it was drawn from.
        public var n: Int
        /// What those were.
        public var data: String
        /// When it was made, in ISO 8601, and by which command, as far as it says; nil from older daemons.
        public var created: String?
        /// See `created`.
        public var how: String?

        /// The rule of a calibration.
        public init(_ calibration: Calibration) {
            revision = calibration.revision
            score = calibration.rule.score.rawValue
            (rule, k) = (calibration.rule.title, calibration.rule.k)
            let bounds = calibration.bounds
            (lower, upper) = (bounds.lowerIfAny, bounds.upperIfAny)
            n = calibration.sample.n
            data = calibration.data.name
            created = calibration.created.iso8601
            how = calibration.lineage?.how
        }
    }
}
