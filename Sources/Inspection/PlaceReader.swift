public import Backbone
public import Images
import Tensors

/// Reads the features of every place of a picture: the maps after some blocks, each averaged over three by three
/// neighbours, brought to the grid and joined.
///
/// Belongs to one thread.
public final class PlaceReader {
    /// The places of a picture.
    public let grid: Grid
    /// Features of a place.
    public let features: Int
    private let extractor: FeatureExtractor
    private let taps: [Tap]

    private struct Tap {
        let block: Int
        let sampler: MapSampler
        /// Where its features begin.
        let first: Int
        /// What a step of the numbers of each channel is.
        let steps: [Float]
    }

    /// What one tap's features are multiplied with, and what is added then.
    struct Scaling {
        let scale: [ConstantMatrix]
        let shift: [ConstantMatrix]
    }

    /// For pictures of `shape`.
    public init(
        _ backbone: EfficientNetLite, taps blocks: [Int], of shape: ImageShape,
        by computation: BackboneComputation = .fp32
    ) {
        grid = Grid(of: shape)
        extractor = FeatureExtractor(
            backbone, of: shape, upTo: blocks.max() ?? 0, by: computation)
        var taps: [Tap] = []
        var first = 0
        for block in blocks {
            let map = extractor.map(afterBlock: block)
            taps.append(
                Tap(
                    block: block,
                    sampler: MapSampler(of: map, toRows: grid.rows, columns: grid.columns),
                    first: first, steps: computation.steps(afterBlock: block)))
            first += map.channels
        }
        self.taps = taps
        features = first
    }

    /// Computes the maps of a picture, of which places are read next.
    public func open(_ pixels: Span<UInt8>) { extractor.run(pixels) }

    /// The same, and widens `ranges` to what activations come to.
    public func open(_ pixels: Span<UInt8>, observing ranges: inout BackboneRanges) {
        extractor.observe(pixels, &ranges)
    }

    /// The statistics as numbers for the maps of this reader.
    func scaling(_ statistics: FeatureStatistics) -> Scaling {
        precondition(statistics.count == features, "other features")
        var (scales, shifts): ([ConstantMatrix], [ConstantMatrix]) = ([], [])
        for tap in taps {
            let range = tap.first..<(tap.first + BlockShape.all[tap.block].outputs)
            let pairs = range.map { statistics.scale($0) }
            scales.append(
                ConstantMatrix(
                    rows: 1, columns: pairs.count, zip(pairs, tap.steps).map { $0.scale * $1 }))
            shifts.append(ConstantMatrix(rows: 1, columns: pairs.count, pairs.map(\.shift)))
        }
        return Scaling(scale: scales, shift: shifts)
    }

    /// Writes the standardised features of the places in some rows of the grid as rows of `batch`, from the first on.
    func read(
        rows: Range<Int>, _ scaling: Scaling, into batch: borrowing ImageBatch, asBytes: Bool
    ) {
        let base = rows.lowerBound * grid.columns
        for (index, tap) in taps.enumerated() {
            let map = extractor.map(afterBlock: tap.block)
            tap.sampler.forEachPlace(of: map, inRows: rows) { place, features in
                batch.setRow(
                    place - base, from: tap.first, standardizing: features,
                    scale: scaling.scale[index], shift: scaling.shift[index], asBytes: asBytes)
            }
        }
    }

    /// Adds the features of all places to `sums`, and their squares to `squares`, both `(1, features)`.
    public func addMoments(sums: inout [Double], squares: inout [Double]) {
        precondition(sums.count == features && squares.count == features, "one sum a feature")
        for tap in taps {
            let map = extractor.map(afterBlock: tap.block)
            tap.sampler.forEachPlace(of: map, inRows: 0..<grid.rows) { _, features in
                features.withRow(0) { values in
                    for index in values.indices {
                        let value = Double(values[index] * tap.steps[index])
                        sums[tap.first + index] += value
                        squares[tap.first + index] += value * value
                    }
                }
            }
        }
    }
}

extension PlaceReader {
    /// Calls `body` with every place and its standardised features as bytes.
    public func readBytes(
        _ statistics: FeatureStatistics, _ body: (Int, Span<UInt8>) -> Void
    ) {
        let scaling = scaling(statistics)
        let batch = ImageBatch(rows: grid.columns, columns: features)
        let room = Buffer2D<UInt8>(rows: 1, columns: features)
        for row in 0..<grid.rows {
            read(rows: row..<(row + 1), scaling, into: batch, asBytes: true)
            for column in 0..<grid.columns {
                batch.withBytes(ofRow: column, rounding: room) {
                    body(row * grid.columns + column, $0)
                }
            }
        }
    }
}
