public import Datasets
import Drawing
import Images
import Tensors
public import VAE

/// A model to be looked at, and the images to look at it with.
public struct ModelUnderTest: Sendable {
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
