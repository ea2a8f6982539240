import Backbone
import Networks
import Tensors
import VAE

/// Scores the places in some rows of the grid; belongs to one thread.
final class PlaceScorer {
    private let rows: Range<Int>
    private let columns: Int
    private let sampler: PlaceSampler
    private let scaling: PlaceSampler.Scaling
    private let engine: ScoringEngine
    private let isOfBytes: Bool
    /// Nil if the layers are computed with bytes, or there is nothing to score.
    private let encoder: PlaceEncoder?
    private let preactivations: Matrix
    /// The features of the places of some rows at a time.
    private let features: ImageBatch
    /// What errors are multiplied with, at each place of the grid: those of all features, and those of local ones.
    private let scales: (all: [Float], local: [Float])
    private let localFeatures: Int

    /// As many places at a time as the layers of the autoencoder fit the cache with.
    private static let placesAtOnce = 256

    /// For the rows of `part` of `parts` of the grid, of the maps that `extractor` computes.
    init(
        _ model: InspectionModel, _ extractor: FeatureExtractor, by precision: Precision,
        part: Int, of parts: Int
    ) {
        let grid = model.grid
        rows = (grid.rows * part / parts)..<(grid.rows * (part + 1) / parts)
        columns = grid.columns
        sampler = PlaceSampler(extractor, taps: model.taps)
        scaling = sampler.scaling(model.statistics)
        // Equal numbers of rows at a time: layers are prepared for one, and any other is composed of several.
        let batches = max(1, (rows.count * columns + Self.placesAtOnce - 1) / Self.placesAtOnce)
        // A team may have more threads than the grid has rows.
        let places = max(1, (rows.count + batches - 1) / batches) * columns
        encoder =
            precision == .int8 || rows.isEmpty
            ? nil : PlaceEncoder(model, extractor, rows: rows)
        engine = ScoringEngine(
            model.places.weights, by: model.computation(precision), computing: .reconstruction,
            firstLayerIsGiven: encoder != nil, capacity: places)
        isOfBytes = precision == .int8
        preactivations = Matrix(
            rows: encoder == nil ? 0 : places,
            columns: model.places.weights.encoder[0].weight.columns)
        features = ImageBatch(rows: places, columns: sampler.features)
        scales = (model.errorScales, model.localErrorScales)
        localFeatures = model.localFeatures
    }

    /// Writes the errors of its places into a row of `errors`, which has one for every place of the grid, and those of
    /// their local features into `localErrors`.
    func score(into row: Int, of errors: Matrix, _ localErrors: Matrix) {
        encoder?.run()
        let step = features.rows / columns
        for first in stride(from: rows.lowerBound, to: rows.upperBound, by: step) {
            let some = first..<min(rows.upperBound, first + step)
            sampler.read(rows: some, scaling, into: features, asBytes: isOfBytes)
            let count = some.count * columns
            if let encoder {
                encoder.read(rows: some, into: preactivations)
                engine.score(features, count: count, preactivations: preactivations)
            } else {
                engine.score(features, count: count)
            }
            let base = first * columns
            for place in 0..<count {
                errors[row, base + place] = engine.scores[place].mse * scales.all[base + place]
                let local = engine.meanSquaredError(place, of: features, first: localFeatures)
                localErrors[row, base + place] = local * scales.local[base + place]
            }
        }
    }
}
