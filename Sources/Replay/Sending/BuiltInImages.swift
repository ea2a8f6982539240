public import Datasets
import Images
public import VAE

/// Images that need no download: normal ones made by the model itself, anomalous ones drawn.
public struct BuiltInImages: Sendable {
    private let model: Model
    /// Enough that a run does not live on a few, and made in a moment.
    private static let count = 5000

    /// Images of the model's size.
    public init(_ model: Model) {
        self.model = model
    }

    /// Images from the model's decoder; see `Model.generatedImages`.
    public func normal(seed: UInt64) throws(DatasetError) -> StreamedSet {
        let images = try ImageSet(
            name: "generated", shape: model.imageShape,
            pixels: model.generatedImages(count: Self.count, seed: seed))
        return StreamedSet(images, title: "generated")
    }

    /// Patterns, inverted digits and garments; see `DrawnImages`.
    public func anomalous(seed: UInt64) -> StreamedSet {
        let shape = model.imageShape
        let images = DrawnImages.make(
            count: Self.count, rows: shape.rows, columns: shape.columns, seed: seed)
        return StreamedSet(images, title: "drawn")
    }
}
