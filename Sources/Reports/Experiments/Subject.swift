public import Datasets
import Drawing
public import Images
import Tensors
public import VAE

/// A model to be looked at, and the images to look at it with.
public struct Subject: Sendable {
    /// What the model is called in reports: its directory.
    public let name: String
    /// The model.
    public let loaded: LoadedModel
    /// Images of the model's size; for a conditional model with classes it knows.
    public let images: ImageSet

    /// Checks that model and images go together.
    public init(name: String, loaded: LoadedModel, images: ImageSet) throws(ReportError) {
        let shape = loaded.model.imageShape
        guard images.rows == shape.rows, images.columns == shape.columns else {
            throw .otherSize(
                set: images.name, rows: images.rows, columns: images.columns, model: shape)
        }
        let classes = loaded.model.architecture.classes
        if classes > 0 {
            guard let labels = images.labels else { throw .needsLabels(set: images.name) }
            if let label = labels.first(where: { $0 >= classes }) {
                throw .noSuchClass(Int(label), classes: classes)
            }
        }
        self.name = name
        self.loaded = loaded
        self.images = images
    }

    var model: Model { loaded.model }
    var architecture: Architecture { loaded.model.architecture }

    /// The classes to tell the model, if it asks for them.
    var labels: [UInt8]? { architecture.isConditional ? images.labels : nil }

    /// The images at these positions as rows of pixels in [0, 1], and the classes to tell the model.
    func chosen(_ indices: [Int]) -> (images: Matrix, labels: [UInt8]?) {
        let pixels = indices.flatMap { images.image($0) }
        return (
            matrix(ofImages: pixels[...], count: indices.count),
            labels.map { labels in indices.map { labels[$0] } }
        )
    }

    /// A grid of pictures of this size.
    func grid(_ rows: [ImageGrid.Row], zoom: Double = 2) -> ImageGrid {
        ImageGrid(tileRows: images.rows, tileColumns: images.columns, rows: rows, zoom: zoom)
    }
}

/// Every row of a matrix of brightnesses as a picture.
func tiles(_ matrix: Matrix) -> [Tile] {
    let pixels = matrix.pixels
    return (0..<matrix.rows).map {
        .gray(Array(pixels[($0 * matrix.columns)..<(($0 + 1) * matrix.columns)]))
    }
}

/// Why an experiment cannot be made.
public enum ReportError: Error, Sendable, CustomStringConvertible {
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
