public import Images
public import Platform

/// Why an experiment cannot be made.
public enum ReportError: ExitCoding, Sendable, CustomStringConvertible {
    /// Images the model was not made for.
    case otherSize(set: String, rows: Int, columns: Int, model: ImageShape)
    /// A conditional model and images without labels.
    case needsLabels(set: String)
    /// A class beyond the last.
    case noSuchClass(Int, classes: Int)
    /// A class asked of a model that knows none.
    case unconditional
    /// A plane needs two dimensions.
    case oneLatentUnit
    /// The manifold is a picture of a plane.
    case notAPlane(latent: Int)
    /// Positions beyond the last image.
    case noSuchImage(Int, count: Int)
    /// A quantity that makes no picture.
    case quantity(String)

    /// Images that do not fit the model, or else a wish that cannot be met.
    public var exitStatus: ExitStatus {
        switch self {
        case .otherSize, .needsLabels: .dataFormat
        case .noSuchClass, .unconditional, .oneLatentUnit, .notAPlane, .noSuchImage, .quantity:
            .usage
        }
    }

    /// One sentence an operator can act on.
    public var description: String {
        switch self {
        case .otherSize(let set, let rows, let columns, let model):
            "\(set) has images of \(rows)×\(columns) pixels; the model takes \(model)"
        case .needsLabels(let set):
            "the model is conditional and \(set) has no labels; they belong in an IDX file beside "
                + "the images, named as MNIST's are"
        case .noSuchClass(let label, let classes):
            "there is no class \(label): the model knows the classes 0 to \(classes - 1)"
        case .unconditional:
            "the model knows no classes: it was trained without --conditional; leave the class out, "
                + "or take a conditional model"
        case .oneLatentUnit:
            "the model has one latent unit and a plane needs two; train with --latent 2 or more"
        case .notAPlane(let latent):
            "the manifold is drawn for models with 2 latent units; this one has \(latent)"
        case .noSuchImage(let index, let count):
            "there is no image \(index): the set has the images 0 to \(count - 1)"
        case .quantity(let text): text
        }
    }
}
