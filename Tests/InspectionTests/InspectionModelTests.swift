import Backbone
import Images
import Inspection
import Networks
import Tensors
import TestSupport
import Testing
import VAE
import VAETraining

@Suite struct InspectionModelTests {
    private static let shape = ImageShape(rows: 64, columns: 96, channels: 3)

    /// A model of random weights, trained for an epoch on four pictures.
    private static func model() throws -> InspectionModel {
        let backbone = try EfficientNetLite(RandomNetwork(seed: 2).file).rounded(to: .half)
        let pictures = (1...4).flatMap { smoothPicture(shape, seed: UInt64($0)) }
        let taps = [2, 7]
        let places = try #require(
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
        return try #require(
            InspectionModel(
                backbone: backbone, taps: taps, trainedOn: places, places: autoencoder,
                pixels: pictures, shape,
                preprocessing: Preprocessing(
                    color: .rgb, resize: ImageShape(rows: 64, columns: 96)),
                provenance: ["data": "four"], threads: 2))
    }

    /// Random blots of 16 pixels.
    private static func smoothPicture(_ shape: ImageShape, seed: UInt64) -> [UInt8] {
        let blots = randomPicture(64 * 3, seed: seed)
        return (0..<(shape.pixels * 3)).map { index in
            let (row, column) = (index / 3 / shape.columns, index / 3 % shape.columns)
            return blots[((row / 16) * 8 + column / 16) * 3 + index % 3]
        }
    }

    @Test func `a model read back scores as before, and knows its backbone's licence`() throws {
        let model = try Self.model()
        let bytes = model.safetensors.encoded()
        let loaded = try LoadedPictureModel(bytes: bytes)
        let again = try #require(loaded.inspection)
        #expect(again.backbone.origin["licence"] == "none")
        #expect(again.provenance["data"] == "four")
        let picture = Self.smoothPicture(Self.shape, seed: 9)
        let (a, b) = (
            InspectionEngine(model, capacity: 1), InspectionEngine(again, capacity: 1)
        )
        #expect(a.score(picture.span) == b.score(picture.span))
        #expect(a.map(ofRow: 0) == b.map(ofRow: 0))
    }

    @Test func `a team scores as one thread does, even one larger than a map has rows`() throws {
        let model = try Self.model()
        let picture = Self.smoothPicture(Self.shape, seed: 9)
        let alone = InspectionEngine(model, capacity: 1)
        let expected = alone.score(picture.span)
        for threads in [2, 5] {
            let team = ThreadTeam(count: threads)
            let shared = InspectionEngine(model, capacity: 1, team: team)
            for _ in 0..<2 {
                let scores = shared.score(picture.span)
                #expect(
                    abs(scores[.worstPlaces] - expected[.worstPlaces])
                        < 1e-3 * expected[.worstPlaces])
            }
            let errors = zip(shared.map(ofRow: 0).errors, alone.map(ofRow: 0).errors)
            #expect(errors.allSatisfy { abs($0 - $1) < 1e-2 * max(1, $1) })
        }
    }

    @Test func `normal pictures err as usual, and others more`() throws {
        let model = try Self.model()
        let engine = InspectionEngine(model, capacity: 1)
        let known = Self.smoothPicture(Self.shape, seed: 1)
        _ = engine.score(known.span)
        func mean() -> Float {
            let errors = engine.map(ofRow: 0).errors
            return errors.reduce(0, +) / Float(errors.count)
        }
        let usual = mean()
        #expect(0.5 < usual && usual < 2)
        let noise = randomPicture(Self.shape.pixels * 3, seed: 9)
        let odd = engine.score(noise.span)
        #expect(mean() > usual)
        #expect(odd[.worstPlace] >= odd[.worstPlaces])
    }

    @Test func `a model says what of its file is missing`() throws {
        let model = try Self.model()
        func refusal(_ change: (inout Safetensors) -> Void) -> String {
            var file = model.safetensors
            change(&file)
            do throws(VAEError) {
                _ = try InspectionModel(file)
                return "taken"
            } catch { return error.description }
        }
        #expect(refusal { $0.tensors["backbone.stem.bias"] = nil }.contains("stem.bias"))
        let flat = refusal { $0.tensors["grid.error"]?.elements[0] = 0 }
        #expect(flat.contains("above zero"))
        #expect(refusal { $0.tensors["ranges.blocks.1.outputs"] = nil }.contains("ranges"))
        #expect(refusal { $0.metadata["elbod.taps"] = "3" }.contains("taps"))
        #expect(refusal { $0.metadata["elbod.input_shape"] = "9,9,3" }.contains("size"))
        #expect(refusal { $0.tensors["features.mean"] = nil }.contains("features.mean"))
        // Whoever takes models of pixels alone says so.
        #expect(throws: VAEError.self) { try Model(model.safetensors) }
    }
}
