import Backbone
import Images
import Tensors

/// Reads the features of places out of maps: those after some blocks, each averaged over three by three neighbours,
/// brought to the grid and joined.
///
/// Belongs to one thread; several may read the same maps.
final class PlaceSampler {
    /// The places of a picture.
    let grid: Grid
    /// Features of a place.
    let features: Int
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

    /// What each tap's features are multiplied with, and what is added then.
    struct Scaling {
        let scale: [ConstantMatrix]
        let shift: [ConstantMatrix]
    }

    /// Of the maps that `extractor` computes after these blocks.
    init(_ extractor: FeatureExtractor, taps blocks: [Int]) {
        self.extractor = extractor
        grid = Grid(of: extractor.shape)
        var taps: [Tap] = []
        var first = 0
        for block in blocks {
            let map = extractor.map(afterBlock: block)
            taps.append(
                Tap(
                    block: block,
                    sampler: MapSampler(of: map, toRows: grid.rows, columns: grid.columns),
                    first: first, steps: extractor.computation.steps(afterBlock: block)))
            first += map.channels
        }
        self.taps = taps
        features = first
    }

    /// The statistics as numbers for these maps.
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

    /// Calls `body` with each feature of every place, as it is.
    func forEachFeature(_ body: (Int, Float) -> Void) {
        for tap in taps {
            let map = extractor.map(afterBlock: tap.block)
            tap.sampler.forEachPlace(of: map, inRows: 0..<grid.rows) { _, features in
                features.withRow(0) { values in
                    for index in values.indices {
                        body(tap.first + index, values[index] * tap.steps[index])
                    }
                }
            }
        }
    }
}
