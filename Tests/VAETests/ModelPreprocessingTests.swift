import Files
import Foundation
import Images
import Networks
import TestSupport
import Testing
import VAE

@Suite struct ModelPreprocessingTests {
    private static let key = "elbod.preprocessing"

    @Test(arguments: ["crop", "grayscale,resize=2x2", "grayscale=bgr", "crop,resize=2x2,invert"])
    func `the file carries the steps, and so does ONNX`(text: String) throws {
        let small = smallModel()
        let model = Model(
            weights: small.weights, imageShape: small.imageShape,
            preprocessing: try Preprocessing(text))
        let file = model.safetensors
        #expect(file.metadata[Self.key] == text + ";unit")
        let read = try LoadedModel(bytes: file.encoded()).model
        #expect(read.preprocessing.description == text)
        #expect(read.safetensors.encoded() == file.encoded())
        let onnx = model.onnx(input: .uint8, version: "1")
        #expect(String(decoding: onnx, as: UTF8.self).contains(text + ";unit"))
    }

    @Test(arguments: [
        ";unit", "zoom;unit", "crop", "crop;", "crop;zscore", "crop ;unit", "unit;unit",
        "invert,crop;unit", "resize=3x3;unit", "resize=02x2;unit", "crop;unit;unit", "UNIT", "",
    ])
    func `steps that are unknown or written otherwise are refused`(text: String) {
        var file = smallModel().safetensors
        file.metadata[Self.key] = text
        let sentence = refusal { () throws(VAEError) in _ = try Model(file) }
        #expect(sentence?.hasPrefix("not an elbod model: its preprocessing ") == true)
    }

    @Test(arguments: ["mnist", "mnist-2d", "mnist-conditional", "mnist-denoising"])
    func `a model made before there were steps has none, and the same bytes`(name: String) throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let path = folder.appendingPathComponent("models/\(name)/model.safetensors").path
        let bytes = try readFile(path)
        let model = try LoadedModel(bytes: bytes).model
        #expect(model.preprocessing.isEmpty)
        #expect(model.safetensors.metadata[Self.key] == "unit")
        #expect(model.safetensors.encoded() == bytes)
    }

    @Test func `a model that comes in takes the steps it is told, and their size`() throws {
        let file = Safetensors(tensors: smallModel().safetensors.tensors)
        let steps = try Preprocessing("grayscale,resize=1x4")
        let model = try Model(importing: file, preprocessing: steps)
        #expect(model.imageShape == ImageShape(rows: 1, columns: 4))
        #expect(model.preprocessing == steps)
        let sentence = refusal { () throws(VAEError) in
            _ = try Model(
                importing: file, imageShape: ImageShape(rows: 2, columns: 2), preprocessing: steps)
        }
        #expect(sentence?.contains("2×2 cannot be resized to 1×4") == true)
    }

    @Test func `a model keeps the rules by which its pictures were decoded`() throws {
        var file = smallModel(hidden: [2]).safetensors
        #expect(file.metadata["elbod.decoding"] == "2")
        #expect(try Model(file).preprocessing.decoding == .second)
        // Made before there was a choice, and written as it was.
        file.metadata["elbod.decoding"] = nil
        let old = try Model(file)
        #expect(old.preprocessing.decoding == .first)
        #expect(old.safetensors.metadata["elbod.decoding"] == nil)
        file.metadata["elbod.decoding"] = "3"
        let error = #expect(throws: VAEError.self) { try Model(file) }
        #expect(error?.description.contains("rules \"3\"") == true)
    }

    @Test func `a model of a known data set has no older rules to keep`() throws {
        var file = smallModel(hidden: [2]).safetensors
        file.metadata["elbod.decoding"] = nil
        file.metadata["provenance.data"] = "mnist:train"
        #expect(try Model(file).preprocessing.decoding == .second)
        file.metadata[Self.key] = "invert;unit"
        #expect(try Model(file).preprocessing.decoding == .first)
    }
}
