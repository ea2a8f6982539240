public import Backbone
public import Images
import Tensors

/// Reads the features of every place of a picture, for training; belongs to one thread.
public final class PlaceReader {
    private let extractor: FeatureExtractor
    private let sampler: PlaceSampler

    /// For pictures of `shape`, of the maps after these blocks.
    public init(_ backbone: EfficientNetLite, taps blocks: [Int], of shape: ImageShape) {
        extractor = FeatureExtractor(backbone, of: shape, taps: blocks)
        sampler = PlaceSampler(extractor, taps: blocks)
    }

    /// Computes the maps of a picture, of which places are read next.
    public func open(_ pixels: Span<UInt8>) { extractor.run(pixels) }

    /// The same, and widens `ranges` to what activations come to.
    public func open(_ pixels: Span<UInt8>, observing ranges: inout BackboneRanges) {
        extractor.observe(pixels, &ranges)
    }

    /// Adds the features of all places to `sums`, and their squares to `squares`, both one a feature.
    public func addMoments(sums: inout [Double], squares: inout [Double]) {
        precondition(sums.count == sampler.features && squares.count == sums.count)
        sampler.forEachFeature { feature, value in
            sums[feature] += Double(value)
            squares[feature] += Double(value) * Double(value)
        }
    }

    /// Calls `body` with every place and its standardised features as bytes.
    public func readBytes(_ statistics: FeatureStatistics, _ body: (Int, Span<UInt8>) -> Void) {
        let (grid, scaling) = (sampler.grid, sampler.scaling(statistics))
        let batch = ImageBatch(rows: grid.columns, columns: sampler.features)
        let room = Buffer2D<UInt8>(rows: 1, columns: sampler.features)
        for row in 0..<grid.rows {
            sampler.read(rows: row..<(row + 1), scaling, into: batch, asBytes: true)
            for column in 0..<grid.columns {
                batch.withBytes(ofRow: column, rounding: room) {
                    body(row * grid.columns + column, $0)
                }
            }
        }
    }
}
