import Backbone
import Foundation
import Images
import Networks
import TestSupport
import Testing

/// The way of an inspection model through the commands, with a backbone of random weights.
@Suite(.serialized) struct InspectTests {
    private let folder: Folder
    private let backbone: [String: String]

    init() throws {
        folder = try Folder()
        let raw = folder.path + "/raw.safetensors"
        try Data(RandomNetwork(seed: 4).file.encoded()).write(to: URL(fileURLWithPath: raw))
        backbone = ["ELBO_BACKBONE": folder.path + "/data/backbone.safetensors"]
        let run = try Command(
            ["backbone", "import", raw, "--licence", "ours"], environment: backbone)
        try #require(run.status == 0, "\(run.errors)")
    }

    /// Pictures of blots, 80 × 120, in a new folder; an odd one has noise in its middle.
    private func pictures(_ name: String, _ seeds: Range<Int>, odd: Bool = false) throws -> String {
        let path = folder.path + "/" + name
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let shape = ImageShape(rows: 80, columns: 120, channels: 3)
        for seed in seeds {
            let blots = randomPicture(64, seed: UInt64(seed % 3))
            let noise = randomPicture(80 * 120 * 3, seed: UInt64(seed))
            let pixels = (0..<(80 * 120 * 3)).map { index in
                let (row, column) = (index / 3 / 120, index / 3 % 120)
                let isNoise = odd && 30..<60 ~= row && 40..<80 ~= column
                return isNoise
                    ? noise[index] : blots[(row / 16) * 8 + column / 16] / 2 + noise[index] / 32
            }
            try Data(PNG.encode(Image(shape, pixels: pixels)))
                .write(to: URL(fileURLWithPath: "\(path)/\(100 + seed).png"))
        }
        return path
    }

    private func train(_ words: String...) throws -> Command {
        try Command(
            ["train", "--inspect", "--size", "64x96", "--epochs", "20", "--batch", "64"] + words,
            environment: backbone)
    }

    @Test func `train, calibrate, evaluate, score and explain find noise and where it is`() throws {
        let model = folder.path + "/m"
        // Deep maps of random weights mix what lies far apart; these know where it is.
        let trained = try train(
            "--images", try pictures("train", 0..<12), "--taps", "2,4", "--out", model)
        try #require(trained.status == 0, "\(trained.errors)")
        // What serves a model needs no backbone.
        let calibrated = try Command(
            "calibrate", "--model", model, "--images", try pictures("cal", 20..<40))
        try #require(calibrated.status == 0, "\(calibrated.errors)")
        let (good, bad) = (try pictures("good", 40..<48), try pictures("bad", 50..<58, odd: true))
        let evaluated = try Command(
            "evaluate", "--model", model, "--normal", good, "--anomalous", bad, "--masks", bad,
            "--json")
        try #require(evaluated.status == 0, "\(evaluated.errors)")
        let object = try JSONSerialization.jsonObject(with: Data(evaluated.output.utf8))
        let numbers = try #require(object as? [String: Any])
        let areas = try #require(numbers["auroc"] as? [String: Double])
        #expect(areas["worst_places"] ?? 0 > 0.95)
        // As many masks as pictures, but others'.
        let strangers = try Command(
            "evaluate", "--model", model, "--normal", good, "--anomalous", bad, "--masks",
            try pictures("others", 60..<68, odd: true))
        #expect(strangers.status == 65 && strangers.errors.contains("160.png is no mask of"))
        let scored = try Command("score", "--model", model, bad, "--exit-code")
        #expect(scored.status == 1 && scored.output.contains("\"metric\":\"worst_places\""))
        let drawn = try Command(
            "explain", bad + "/150.png", "--model", model, "--out", folder.path + "/x", "--json")
        try #require(drawn.status == 0, "\(drawn.errors)")
        let line = try JSONSerialization.jsonObject(with: Data(drawn.output.utf8))
        let explained = try #require(line as? [String: Any])
        #expect(explained["verdict"] as? String == "anomaly")
        let box = try #require((explained["boxes"] as? [[String: Any]])?.first)
        let (left, width) = (box["left"] as? Int ?? -1, box["width"] as? Int ?? 0)
        // The noise is at columns 40 to 80, where more than half of the box is.
        let overlap = min(left + width, 80) - max(left, 40)
        #expect(width > 0 && 2 * overlap > width, "\(String(describing: explained["boxes"]))")
        let drawing = try Data(contentsOf: URL(fileURLWithPath: folder.path + "/x/150.png"))
        #expect(try PNG.shape(of: [UInt8](drawing).span).columns == 2 * 120 + 8)
        let page = folder.path + "/report.html"
        let reported = try Command(
            "report", "--model", model, "--normal", good, "--anomalous", bad, "--out", page)
        try #require(reported.status == 0, "\(reported.errors)")
        let html = try String(contentsOfFile: page, encoding: .utf8)
        #expect(html.contains("<figcaption>Caught, ") && html.contains("data:image/png;base64"))
        let unnamed = try Command("report", "--model", model, "--normal", good, "--out", page)
        #expect(unnamed.status == 64 && unnamed.errors.contains("--anomalous"))
        let pixels = try Command("reconstruct", "--model", model, "--images", bad)
        #expect(pixels.status == 65 && pixels.errors.contains("place by place"))
    }

    @Test func `a rule that asks for it looks at the pixels of pictures too`() throws {
        let model = folder.path + "/h"
        let trained = try train("--images", try pictures("train", 0..<12), "--out", model)
        try #require(trained.status == 0, "\(trained.errors)")
        let calibrated = try Command(
            "calibrate", "--model", model, "--images", try pictures("cal", 20..<60), "--health",
            "dark")
        try #require(
            calibrated.status == 0 && calibrated.output.contains("dark"), "\(calibrated.errors)")
        let shape = ImageShape(rows: 80, columns: 120, channels: 3)
        let covered = folder.path + "/covered.png"
        let dark: [UInt8] = (0..<(80 * 120 * 3)).map { (index: Int) -> UInt8 in UInt8(index % 3) + 2
        }
        try Data(PNG.encode(Image(shape, pixels: dark))).write(to: URL(fileURLWithPath: covered))
        let scored = try Command("score", "--model", model, covered)
        #expect(scored.output.contains("\"health\":\"dark\""), "\(scored.output)")
        let drawn = try Command(
            "explain", covered, "--model", model, "--out", folder.path + "/y", "--json")
        #expect(drawn.output.contains("\"health\":\"dark\""), "\(drawn.output)\(drawn.errors)")
    }

    @Test func `what cannot be trained is said in one sentence`() throws {
        let few = try pictures("few", 0..<4)
        let out = folder.path + "/n"
        for (words, sentence) in [
            (["--images", few], "4 pictures are too few"),
            (["--images", few, "--taps", "3,15"], "is not a list of some of 0 to 14"),
            (["--images", few, "--size", "63"], "is not a size from 64 to 512"),
            (["--images", few, "--preprocess", "grayscale,resize=28x28"], "by --size"),
            (["--images", few, "--conditional"], "--conditional"),
        ] {
            let run = try Command(
                ["train", "--inspect", "--out", out] + words, environment: backbone)
            #expect(run.status != 0 && run.errors.contains(sentence), "\(run.errors)")
        }
        let none = try Command(
            ["train", "--inspect", "--out", out, "--images", few],
            environment: ["ELBO_BACKBONE": "/nowhere"])
        #expect(none.status == 66 && none.errors.contains("run tools/fetch-backbone"))
        #expect(!FileManager.default.fileExists(atPath: out))
    }

    @Test func `the backbone says where it is from, and another network is refused`() throws {
        let shown = try Command(["backbone"], environment: backbone)
        #expect(shown.status == 0 && shown.output.contains("licence: ours"))
        let refused = try Command(
            ["backbone", "import", Command.model + "/model.safetensors"], environment: backbone)
        #expect(refused.status == 65 && refused.errors.contains("EfficientNet-Lite0"))
    }
}
