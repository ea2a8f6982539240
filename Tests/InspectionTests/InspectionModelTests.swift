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
        for threads in [2, 5] {
            let team = ThreadTeam(count: threads)
            let shared = InspectionEngine(model, capacity: 1, team: team)
            for _ in 0..<2 {
                let scores = shared.score(picture.span)
                #expect(scores == expected)
            }
            #expect(shared.map(ofRow: 0) == alone.map(ofRow: 0))
        }
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
