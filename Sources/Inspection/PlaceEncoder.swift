import Backbone
import Networks
import Tensors
import VAE

/// The first layer of the autoencoder of places, computed on maps instead of on places.
///
/// Sampling adds up neighbours, and a layer adds up features: either may come first. Of a map of 7 × 7 places and one of
/// 14 × 14 the layer is then multiplied with a sixteenth and a quarter as many numbers as of the grid of 28 × 28 that
/// they are brought to. Belongs to one thread.
final class PlaceEncoder {
    private let extractor: FeatureExtractor
    private let taps: [Tap]
    /// b, and what the layer makes of the features' means, `(1, hidden units)`.
    private let bias: ConstantMatrix

    private struct Tap {
        let block: Int
        /// Place by place, with the scales of the features folded in.
        let layer: Convolution
        /// What the layer makes of the map.
        let sums: FeatureMap
        let sampler: MapSampler
        /// The rows of the map that the rows of the grid are made of.
        let sources: Range<Int>
    }

    /// For some rows of the grid, of the maps of floats that `extractor` computes.
    init(_ model: InspectionModel, _ extractor: FeatureExtractor, rows: Range<Int>) {
        precondition(extractor.computation.precision != .int8, "bytes are no floats")
        self.extractor = extractor
        let (layer, statistics) = (model.places.weights.encoder[0], model.statistics)
        let hidden = layer.weight.columns
        var taps: [Tap] = []
        var bias = layer.bias.elements
        var first = 0
        for block in model.taps {
            let map = extractor.map(afterBlock: block)
            var weights = [Float](repeating: 0, count: hidden * map.channels)
            for channel in 0..<map.channels {
                let (scale, shift) = statistics.scale(first + channel)
                for unit in 0..<hidden {
                    let weight = layer.weight[first + channel, unit]
                    weights[unit * map.channels + channel] = weight * scale
                    bias[unit] += weight * shift
                }
            }
            let sampler = MapSampler(
                ofRows: map.rows, columns: map.columns, channels: hidden,
                toRows: model.grid.rows, columns: model.grid.columns)
            let sources = sampler.sources(ofRows: rows)
            let convolution = Convolution(
                ConvolutionShape(inputs: map.channels, outputs: hidden), columns: map.columns,
                weights: weights, bias: [Float](repeating: 0, count: hidden), as: map.element,
                into: .float)
            convolution.prepare(rows: sources.count)
            taps.append(
                Tap(
                    block: block, layer: convolution,
                    sums: FeatureMap(
                        rows: map.rows, columns: map.columns, channels: hidden, .float),
                    sampler: sampler, sources: sources))
            first += map.channels
        }
        self.taps = taps
        self.bias = ConstantMatrix(rows: 1, columns: hidden, bias)
    }

    /// Computes the layer on the maps of the extractor's last picture.
    func run() {
        for tap in taps {
            tap.layer.apply(
                to: extractor.map(afterBlock: tap.block), row: tap.sources.lowerBound,
                rows: tap.sources.count, into: tap.sums, at: tap.sources.lowerBound)
        }
    }

    /// Writes what it is before its ReLU at the places in some of the rows of the grid, from the first row of
    /// `preactivations` on.
    func read(rows: Range<Int>, into preactivations: Matrix) {
        for row in 0..<preactivations.rows {
            preactivations.rows(row..<(row + 1)).copy(from: bias)
        }
        for tap in taps { tap.sampler.add(tap.sums, inRows: rows, to: preactivations) }
    }
}
