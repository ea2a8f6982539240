public import Detection
public import Images
public import Tensors

/// Why a change was refused.
public enum ModelUpdateError: Error, Sendable, CustomStringConvertible {
    /// A model for other images.
    case otherSize(new: ImageShape, old: ImageShape)
    /// A model that preprocesses otherwise, while frames made for the old one wait.
    case otherPreprocessing(new: Preprocessing, old: Preprocessing)
    /// A calibration of scores that are computed otherwise.
    case otherPrecision(new: Precision, old: Precision)
    /// The model computes something that is no number.
    case notFinite
    /// A scoring thread did not take the change up in time.
    case notAdopted
    /// Scores that bounds should not be drawn from, and why.
    case doubtful([SampleDoubt])
    /// A source that is judged by the common bounds.
    case noOwnBounds(String)

    /// One sentence an operator can act on.
    public var description: String {
        switch self {
        case .otherSize(let new, let old):
            "the model takes images of \(new) and the daemon serves \(old); restart it for a model "
                + "of another size"
        case .otherPreprocessing(let new, let old) where new.description == old.description:
            "the model's pictures are decoded by rules \(new.decoding.rawValue) and the daemon serves "
                + "\(old.decoding.rawValue); restart it for other rules"
        case .otherPreprocessing(let new, let old):
            "the model's preprocessing is \"\(new)\" and the daemon serves \"\(old)\"; restart it for "
                + "another preprocessing"
        case .otherPrecision(let new, let old):
            "the calibration is one of \(new.rawValue) scores and the daemon computes \(old.rawValue), "
                + "with the ranges that belong to it"
        case .notFinite: "the model's scores are not numbers; train it again"
        case .notAdopted:
            "a scoring thread did not take the change up within two seconds; look at its load"
        case .doubtful(let doubts):
            doubts.map(\.description).joined(separator: "; ")
                + ". The old bounds serve on; --force goes on all the same"
        case .noOwnBounds(let source):
            "\(source) has no bounds of its own; it is judged by those of all sources"
        }
    }
}
