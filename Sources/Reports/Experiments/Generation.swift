public import Datasets
public import Drawing
import Images
import Tensors
public import VAE

/// Images a model draws from codes z ~ N(0, 1).
public struct Generation: Sendable {
    /// The images, with the class asked for as label.
    public let images: ImageSet
    private let columns: Int
    private let labelled: Bool

    /// `count` images, all of class `label` if one is given.
    ///
    /// A conditional model that is not told a class draws its classes in turn. `temperature` scales
    /// the codes: below 1 images are more typical and less varied.
    public init(
        _ model: Model, label: Int? = nil, count: Int, seed: UInt64 = 1, temperature: Float = 1
    ) throws(ReportError) {
        let classes = model.architecture.classes
        if let label {
            guard classes > 0 else { throw .unconditional }
            guard (0..<classes).contains(label) else {
                throw .noSuchClass(label, classes: classes)
            }
        }
        guard (1...1_000_000).contains(count) else {
            throw .quantity("\(count) images; between 1 and 1,000,000 can be generated")
        }
        guard temperature >= 0, temperature <= 10 else {
            throw .quantity("temperature \(temperature); between 0 and 10 is possible")
        }
        var random = RandomNumbers(seed: seed, 5)
        let codes = Matrix(rows: count, columns: model.architecture.latent)
        random.fillWithNormal(codes)
        if temperature != 1 { forEachElement(codes) { $0 *= temperature } }
        let labels: [UInt8]? =
            classes == 0
            ? nil : (0..<count).map { UInt8(truncatingIfNeeded: label ?? $0 % classes) }
        images = try Self.decode(codes, labels, model)
        columns = 16
        labelled = false
    }

    /// A grid with a row of `perClass` images for every class; images in one column share their
    /// code, so that a column shows one hand writing every class.
    public init(
        everyClassOf model: Model, perClass: Int = 12, seed: UInt64 = 1, temperature: Float = 1
    ) throws(ReportError) {
        let classes = model.architecture.classes
        guard classes > 0 else { throw .unconditional }
        guard (1...1024).contains(perClass) else {
            throw .quantity("\(perClass) images of each class; between 1 and 1,024 are possible")
        }
        var random = RandomNumbers(seed: seed, 5)
        let row = Matrix(rows: perClass, columns: model.architecture.latent)
        random.fillWithNormal(row)
        if temperature != 1 { forEachElement(row) { $0 *= temperature } }
        let codes = Matrix(
            rows: classes * perClass, columns: row.columns,
            (0..<classes).flatMap { _ in row.elements })
        let labels = (0..<classes).flatMap {
            [UInt8](repeating: UInt8(truncatingIfNeeded: $0), count: perClass)
        }
        images = try Self.decode(codes, labels, model)
        columns = perClass
        labelled = true
    }

    private static func decode(
        _ codes: Matrix, _ labels: [UInt8]?, _ model: Model
    ) throws(ReportError) -> ImageSet {
        let decoded = Codec(model.weights).images(of: codes, labels: labels)
        do {
            return try ImageSet(
                name: "generated", rows: model.imageShape.rows, columns: model.imageShape.columns,
                pixels: decoded.pixels, labels: labels)
        } catch { throw .quantity("\(error)") }
    }

    /// The images in a grid.
    public var figure: Figure {
        let size = images.pixelsPerImage
        let shown = min(images.count, 1024)
        let tiles = (0..<shown).map {
            Tile.gray(Array(images.pixels[($0 * size)..<(($0 + 1) * size)]))
        }
        let rows = stride(from: 0, to: shown, by: columns).map { first in
            ImageGrid.Row(
                label: labelled ? "\(images.labels?[first] ?? 0)" : "",
                tiles: Array(tiles[first..<min(shown, first + columns)]))
        }
        let grid = ImageGrid(tileRows: images.rows, tileColumns: images.columns, rows: rows)
        return Figure(
            labelled
                ? "Images drawn on request, one row per class; a column shares one latent code"
                : "\(shown) images drawn from random latent codes", grid.drawing())
    }
}
