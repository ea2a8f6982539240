import Backbone
public import Images
public import Inspection
import Networks
import Tensors
import VAE
import VAETraining

/// A small inspection model, made in a quarter of a second.
public enum SampleInspection {
    /// The size of its pictures.
    public static let shape = ImageShape(rows: 64, columns: 96, channels: 3)

    /// A model of random weights, trained for an epoch on four pictures.
    public static func model(taps: [Int] = [2, 7]) throws -> InspectionModel {
        let blocks = max(11, 1 + (taps.max() ?? 0))
        let backbone = try EfficientNetLite(RandomNetwork(seed: 2, blocks: blocks).file).rounded(
            to: .half)
        let pictures = (1...4).flatMap { picture($0) }
        let places = try made(
            TrainingPlaces(of: pictures, shape, by: backbone, taps: taps, threads: 2))
        let architecture = Architecture(
            inputs: places.statistics.count, hidden: [16], latent: 4,
            likelihood: .gaussian(variance: FeatureStatistics.variance(ofDeviations: 0.1)))
        let parameters = Parameters(architecture)
        parameters.initialize(seed: 1)
        var recipe = Recipe()
        (recipe.epochs, recipe.batch) = (1, 32)
        let trainer = try Trainer(
            parameters, recipe: recipe, pixels: places.rows, count: places.count)
        _ = try trainer.runEpoch { _, _ in true }
        let autoencoder = Model(
            weights: trainer.weights,
            imageShape: ImageShape(rows: 1, columns: places.statistics.count))
        return try made(
            InspectionModel(
                backbone: backbone, taps: taps, trainedOn: places, places: autoencoder,
                pixels: pictures, shape,
                preprocessing: Preprocessing(
                    color: .rgb, resize: ImageShape(rows: 64, columns: 96)),
                provenance: ["data": "four"], threads: 2))
    }

    /// Random blots of 16 pixels, in red, green and blue; the first four are what it was trained on.
    public static func picture(_ number: Int) -> [UInt8] {
        let blots = randomPicture(64 * 3, seed: UInt64(number))
        return (0..<(shape.pixels * 3)).map { index in
            let (row, column) = (index / 3 / shape.columns, index / 3 % shape.columns)
            return blots[((row / 16) * 8 + column / 16) * 3 + index % 3]
        }
    }

    private struct NotMade: Error {}

    private static func made<Value>(_ value: Value?) throws -> Value {
        guard let value else { throw NotMade() }
        return value
    }
}
