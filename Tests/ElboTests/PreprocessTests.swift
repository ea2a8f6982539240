import Files
import Foundation
import Images
import Networks
import TestSupport
import Testing
import VAE

@Suite struct PreprocessTests {
    private static let steps = "crop,grayscale,resize=6x6"

    /// A folder of colour pictures of many sizes, most of them PNG.
    private func pictures(_ folder: Folder, _ name: String, _ count: Int) throws -> String {
        let path = folder.path + "/" + name
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        for index in 0..<count {
            let (rows, columns) = (6 + index % 5, 7 + index % 4)
            let pixels = (0..<rows * columns).flatMap { pixel -> [UInt8] in
                let bright = UInt8(truncatingIfNeeded: 60 + pixel * 3 + index * 7)
                return [bright, bright / 2, 30, 255]
            }
            let image = Image(ImageShape(rows: rows, columns: columns, channels: 4), pixels: pixels)
            try writeFileAtomically(PNG.encode(image), to: "\(path)/\(index).png")
        }
        try writeFileAtomically(PictureSamples.plain, to: path + "/plain.jpg")
        try writeFileAtomically(PictureSamples.ring, to: path + "/ring.jpeg")
        return path
    }

    private func train(_ images: String, _ out: String, _ steps: String) throws -> Command {
        try Command(
            "train", "--images", images, "--out", out, "--preprocess", steps, "--hidden", "8",
            "--latent", "2", "--batch", "16", "--epochs", "2", "--threads", "1")
    }

    @Test func `a model of colour pictures is made, calibrated and used on such pictures`() throws {
        let folder = try Folder()
        let (images, out) = (try pictures(folder, "train", 60), folder.path + "/model")
        let trained = try train(images, out, Self.steps)
        #expect(trained.status == 0, "\(trained.errors)")
        let model = try LoadedModel(directory: out).model
        #expect(model.preprocessing.description == Self.steps)
        #expect(model.imageShape == ImageShape(rows: 6, columns: 6))
        let held = try pictures(folder, "held", 20)
        let calibrated = try Command("calibrate", "--model", out, "--images", held, "--json")
        #expect(calibrated.objects.first?["n"] as? Int == 22, "\(calibrated.errors)")
        let evaluated = try Command(
            "evaluate", "--model", out, "--normal", held, "--anomalous", images, "--json")
        #expect(evaluated.status == 0, "\(evaluated.errors)")
        let scored = try Command(
            "score", "--model", out, held + "/3.png", held + "/plain.jpg", held + "/ring.jpeg",
            "-", input: PictureSamples.color)
        #expect(scored.status == 0 && scored.objects.count == 4, "\(scored.errors)")
        let shapes = scored.objects.map { ($0["input"] as? [String: Any])?["shape"] as? [Int] }
        #expect(shapes == [[9, 10, 4], [40, 30, 3], [28, 28, 1], [2, 2, 3]])
        // The same images score the same, prepared by us or by the command.
        let file = try readFile(held + "/3.png")
        let picture = try PNG.decode(file.span)
        let image = model.preprocessing.image(of: picture.pixels.span, picture.shape)
        let png = try PNG.encode(#require(image))
        let again = try Command("score", "--model", out, "-", input: png)
        #expect(again.objects.first?["score"] as? Double == scored.objects[0]["score"] as? Double)
    }

    @Test func `steps that cannot be and pictures that do not fit are refused`() throws {
        let folder = try Folder()
        let (images, out) = (try pictures(folder, "train", 4), folder.path + "/model")
        for (steps, status, words) in [
            ("resize", 64, "resize=28x28"), ("zoom", 64, "zoom"), ("invert,crop", 64, "order"),
            ("", 65, ".png is 7 x 8, but"), ("resize=4x4", 65, "Colour needs grayscale"),
            ("grayscale", 65, "Make all pictures"),
        ] as [(String, Int32, String)] {
            let command = try train(images, out, steps)
            #expect(command.status == status, "\(steps): \(command.errors)")
            #expect(command.errors.contains(words), "\(command.errors)")
            #expect(fileKind(at: out) == .absent)
        }
    }

    @Test func `a grey JPEG of the model's size is scored without preprocessing, others are not`()
        throws
    {
        let ring = try Command("score", "--model", Command.model, "-", input: PictureSamples.ring)
        #expect(ring.status == 0 && ring.objects.count == 1, "\(ring.errors)")
        let plain = try Command(
            "score", "--model", Command.model, "-", input: PictureSamples.plain)
        #expect(plain.status == 65 && plain.errors.contains("JPEG of 40 x 30 x 3"))
        let damaged = try Command(
            "score", "--model", Command.model, "-", input: Array(PictureSamples.ring.dropLast(20)))
        #expect(damaged.status == 65 && damaged.errors.contains("damaged"))
    }

    @Test func `a model that comes in takes steps`() throws {
        let folder = try Folder()
        let source = folder.path + "/torch.safetensors"
        let model = try Safetensors(decoding: readFile(LoadedModel.path(in: Command.model)))
        try writeFileAtomically(Safetensors(tensors: model.tensors).encoded(), to: source)
        let (held, out) = (try pictures(folder, "held", 20), folder.path + "/mine")
        let command = try Command(
            "import", "--safetensors", source, "--out", out, "--images", held, "--preprocess",
            "grayscale,resize=28x28")
        #expect(command.status == 0, "\(command.errors)")
        #expect(
            try LoadedModel(directory: out).model.preprocessing.description
                == "grayscale,resize=28x28")
        let other = try Command(
            "import", "--safetensors", source, "--out", out + "2", "--images", held,
            "--preprocess", "grayscale,resize=20x20")
        #expect(other.status == 65, "\(other.errors)")
    }
}
