import Control
import ControlClients
import Detection
import Files
import Foundation
import Images
import Networks
import Platform
import TestSupport
import Testing
import VAE
import ZeroMQ

@Suite struct PictureTests {
    /// The bundled model with steps of preprocessing, in a folder that is removed with it.
    private final class Prepared {
        let folder: String

        init(_ steps: String) throws {
            folder = NSTemporaryDirectory() + "elbod-pictures-\(UUID())"
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true)
            try put(steps)
        }

        deinit { try? FileManager.default.removeItem(atPath: folder) }

        /// Writes the model with these steps and bounds for it.
        func put(_ steps: String) throws {
            let bundled = try LoadedModel(directory: DaemonProcess.model).model
            let bytes = Model(
                weights: bundled.weights, imageShape: bundled.imageShape,
                preprocessing: try Preprocessing(steps)
            ).safetensors.encoded()
            try writeFileAtomically(bytes, to: LoadedModel.path(in: folder))
            let scores = (1...9).map { Scores(mse: Float($0) / 100) }
            let calibration = try Calibration(
                scores: scores, rule: .sigma(score: .mse, k: 2), model: SHA256Digest(of: bytes),
                data: .init(name: "none", sha256: ""), created: UnixTime(nanoseconds: 0),
                revision: 1)
            try writeFileAtomically(calibration.encoded(), to: Calibration.path(in: folder))
        }
    }

    @Test func `a grey JPEG is judged as the array of its pixels is`() throws {
        let daemon = try DaemonProcess.serving()
        let client = try Client(daemon)
        let sample = PictureSamples.ring
        let pixels = try JPEG.decode(sample.span).pixels
        try client.send([Array(#"{"msg": "cam-1"}"#.utf8), sample])
        let first = try #require(try client.verdict())
        #expect(first.topic.hasSuffix("/cam-1/"))
        try client.sendImage(bytes: pixels)
        let second = try #require(try client.verdict())
        #expect(first.fields["score"] as? Double == second.fields["score"] as? Double)
        #expect(daemon.stop().status == 0)
    }

    @Test func `a model that preprocesses takes colour of any size, and bounds what it takes`()
        throws
    {
        let model = try Prepared("grayscale=bgr,resize=28x28")
        let daemon = try DaemonProcess.steered(model: model.folder)
        let client = try Client(daemon)
        try client.send([Array("{}".utf8), PictureSamples.plain])
        let header = #"{"dtype": "uint8", "shape": [3, 40, 30, 3], "msg": "vidgear"}"#
        let pixel: [UInt8] = [200, 120, 40]
        let picture = Array(repeating: pixel, count: 3600).flatMap { $0 }
        try client.send([Array(header.utf8), picture])
        let verdicts = try (0..<4).map { _ in try #require(try client.verdict()).fields }
        #expect(verdicts.map { $0["index"] as? Int } == [0, 0, 1, 2])
        #expect(verdicts.allSatisfy { $0["reason"] == nil })
        for reason in ["image_too_large", "not_bytes"] {
            let (dtype, shape) =
                reason == "not_bytes" ? ("float32", "[2,2]") : ("uint8", "[5000,1]")
            try client.send([
                Array("{\"dtype\": \"\(dtype)\", \"shape\": \(shape)}".utf8), [1],
            ])
            #expect(try client.verdict()?.fields["reason"] as? String == reason)
        }
        // Frames prepared for the old model may wait, so only a restart brings other steps.
        try model.put("grayscale,resize=28x28")
        let error = #expect(throws: ControlError.self) {
            let _: Status = try ControlClient(Context(), address: daemon.control)
                .ask(.reload)
        }
        #expect("\(String(describing: error))".contains("preprocessing"))
        #expect(daemon.stop().status == 0)
    }
}
