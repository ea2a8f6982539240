import Backbone
import Foundation
import Images
import Inspection
import Networks
import Tensors
import TestSupport
import Testing
import VAE
import VAETraining

@Suite struct InspectionModelTests {
    @Test func `a model read back scores as before, and knows its backbone's licence`() throws {
        let model = try SampleInspection.model()
        let bytes = model.safetensors.encoded()
        let loaded = try LoadedPictureModel(bytes: bytes)
        let again = try #require(loaded.inspection)
        #expect(again.backbone.origin["licence"] == "none")
        #expect(again.provenance["data"] == "four")
        let picture = SampleInspection.picture(9)
        let (a, b) = (
            InspectionEngine(model, capacity: 1), InspectionEngine(again, capacity: 1)
        )
        #expect(a.score(picture.span) == b.score(picture.span))
        #expect(a.map(ofRow: 0) == b.map(ofRow: 0))
    }

    @Test func `a team scores as one thread does, even one larger than a map has rows`() throws {
        let model = try SampleInspection.model()
        let picture = SampleInspection.picture(9)
        let alone = InspectionEngine(model, capacity: 1)
        let expected = alone.score(picture.span)
        for threads in [2, 5, 12] {
            let team = ThreadTeam(count: threads)
            let shared = InspectionEngine(model, capacity: 1, team: team)
            for _ in 0..<2 {
                let scores = shared.score(picture.span)
                #expect(scores == expected)
            }
            #expect(shared.map(ofRow: 0) == alone.map(ofRow: 0))
        }
    }

    /// The errors of each place, by formula: features as the map is there, and the autoencoder layer by layer.
    private func errors(
        _ model: InspectionModel, _ picture: [UInt8]
    ) -> [(all: Float, local: Float)] {
        let extractor = FeatureExtractor(
            model.backbone, of: model.imageShape, taps: model.taps)
        extractor.run(picture.span)
        var features = [[Float]](repeating: [], count: model.grid.count)
        for block in model.taps {
            let map = extractor.map(afterBlock: block)
            let elements = map.elements
            let rows = AxisSampling(from: map.rows, to: model.grid.rows).places
            let columns = AxisSampling(from: map.columns, to: model.grid.columns).places
            for place in 0..<model.grid.count {
                let (down, across) = (
                    rows[place / model.grid.columns], columns[place % model.grid.columns]
                )
                features[place] += (0..<map.channels).map { channel in
                    down.reduce(Float(0)) { sum, row in
                        across.reduce(sum) {
                            let at = (row.source * map.columns + $1.source) * map.channels
                            return $0 + row.weight * $1.weight * elements[at + channel]
                        }
                    }
                }
            }
        }
        let (weights, statistics) = (model.places.weights, model.statistics)
        func layer(_ x: [Float], _ layer: Dense<ConstantMatrix>) -> [Float] {
            (0..<layer.weight.columns).map { unit in
                x.indices.reduce(layer.bias[0, unit]) { $0 + x[$1] * layer.weight[$1, unit] }
            }
        }
        return features.enumerated().map { place, features in
            let x = features.indices.map {
                (features[$0] - statistics.means[$0]) / (12 * statistics.deviations[$0]) + 0.5
            }
            var y = weights.encoder.reduce(x) { x, next in layer(x, next).map { max($0, 0) } }
            y = layer(y, weights.mu)
            y = weights.decoder.reduce(y) { x, next in layer(x, next).map { max($0, 0) } }
            y = layer(y, weights.output).map { 1 / (1 + exp(-$0)) }
            func mse(_ count: Int) -> Float {
                (0..<count).reduce(0) { $0 + (x[$1] - y[$1]) * (x[$1] - y[$1]) } / Float(count)
            }
            return (
                144 * mse(x.count) / model.usualErrors[place],
                144 * mse(model.localFeatures) / model.usualLocalErrors[place]
            )
        }
    }

    @Test(arguments: [(Precision.fp32, Float(1e-4)), (.bf16, 0.05), (.int8, 0.3)])
    func `each place errs as the formula says`(precision: Precision, tolerance: Float) throws {
        guard precision.isSupported else { return }
        for taps in [[2, 7], [2, 11]] {
            let model = try SampleInspection.model(taps: taps)
            let engine = InspectionEngine(model, by: precision, capacity: 1)
            let picture = SampleInspection.picture(9)
            let scores = engine.score(picture.span)
            let expected = errors(model, picture)
            let (all, local) = (engine.errors(ofRow: 0), engine.map(ofRow: 0).errors)
            for (place, expected) in expected.enumerated() {
                #expect(abs(all[place] / expected.all - 1) < tolerance)
                #expect(abs(local[place] / expected.local - 1) < tolerance)
            }
            #expect((all == local) == (taps == [2, 7]))
            #expect(scores[.worstPlace] == local.max())
            #expect(scores[.worstPlaces] == all.max(), "of 96 places the worst is 1 %")
        }
    }

    @Test func `errors of local features are kept where not all are local`() throws {
        let model = try SampleInspection.model(taps: [2, 11])
        #expect(model.localFeatures == 24 && model.usualLocalErrors != model.usualErrors)
        var file = try Safetensors(decoding: model.safetensors.encoded())
        let again = try InspectionModel(file)
        #expect(again.usualLocalErrors == model.usualLocalErrors)
        file.tensors["grid.local_error"] = nil
        let error = #expect(throws: VAEError.self) { try InspectionModel(file) }
        #expect(error.map { "\($0)" }?.contains("grid.local_error") == true)
        let deep = try SampleInspection.model(taps: [11])
        #expect(deep.localFeatures == 192)
        #expect(try InspectionModel(deep.safetensors).usualLocalErrors == deep.usualErrors)
    }

    @Test func `normal pictures err as usual, and others more`() throws {
        let model = try SampleInspection.model()
        let engine = InspectionEngine(model, capacity: 1)
        let known = SampleInspection.picture(1)
        _ = engine.score(known.span)
        func mean() -> Float {
            let errors = engine.map(ofRow: 0).errors
            return errors.reduce(0, +) / Float(errors.count)
        }
        let usual = mean()
        #expect(0.5 < usual && usual < 2)
        let noise = randomPicture(SampleInspection.shape.pixels * 3, seed: 9)
        let odd = engine.score(noise.span)
        #expect(mean() > usual)
        #expect(odd[.worstPlace] >= odd[.worstPlaces])
    }

    @Test func `a model says what of its file is missing`() throws {
        let model = try SampleInspection.model()
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
        #expect(refusal { $0.metadata["elbod.taps"] = "3,15" }.contains("taps"))
        #expect(refusal { $0.metadata["elbod.input_shape"] = "9,9,3" }.contains("size"))
        #expect(refusal { $0.tensors["features.mean"] = nil }.contains("features.mean"))
        // Whoever takes models of pixels alone says so.
        #expect(throws: VAEError.self) { try Model(model.safetensors) }
    }
}
