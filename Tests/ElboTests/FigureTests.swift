import Datasets
import Files
import Foundation
import Testing

@Suite struct FigureTests {
    private static let digits = Command.repository.appendingPathComponent("models/mnist").path

    /// A trained model of 12×12 images, conditional or not, in a folder of its own.
    private func model(_ folder: Folder, _ name: String, _ options: [String]) throws -> String {
        let out = folder.path + "/" + name
        let images = folder.path + "/some-images-idx3-ubyte"
        let set = DrawnImages.make(count: 256, rows: 12, columns: 12, seed: 1)
        try writeFileAtomically(IDX.encodeImages(set), to: images)
        try writeFileAtomically(
            IDX.encodeLabels(set.labels ?? []), to: folder.path + "/some-labels-idx1-ubyte")
        let process = Command.process(
            ["train", "--images", images, "--out", out, "--epochs", "2", "--hidden", "16"]
                + options)
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        return out
    }

    @Test func `one command shows everything about a model and its siblings`() throws {
        let folder = try Folder()
        let main = try model(folder, "some", ["--latent", "3"])
        _ = try model(folder, "some-2d", ["--latent", "2"])
        _ = try model(folder, "some-conditional", ["--latent", "3", "--conditional"])
        _ = try model(folder, "some-denoising", ["--latent", "3", "--denoising", "0.2"])
        let images = folder.path + "/some-images-idx3-ubyte"
        #expect(try Command("calibrate", "--model", main, "--images", images).status == 0)
        let command = try Command(
            "report", "--model", main, "--images", images, "--normal", images, "--anomalous",
            try folder.images(64, seed: 9), "--out", folder.path + "/report.html")
        #expect(command.status == 0, "\(command.errors)")
        #expect(command.errors.contains("[8/8] Training and origin"))
        let html = String(decoding: try readFile(folder.path + "/report.html"), as: UTF8.self)
        for name in ["some-2d", "some-conditional", "some-denoising"] {
            #expect(html.contains(name), "\(name)")
        }
        let json =
            try JSONSerialization.jsonObject(
                with: Data(readFile(folder.path + "/report.json"))) as? [String: Any]
        #expect((json?["models"] as? [Any])?.count == 4)
    }

    @Test func `generated images and their classes can be read again`() throws {
        let folder = try Folder()
        let model = try model(folder, "told", ["--latent", "3", "--conditional"])
        let images = folder.path + "/new-images-idx3-ubyte"
        let command = try Command(
            "generate", "--model", model, "--class", "2", "--count", "5", "--idx", images,
            "--out", folder.path + "/new.svg")
        #expect(command.status == 0, "\(command.errors)")
        let library = DatasetLibrary(explicit: nil, environment: [:])
        let set = try library.load(DatasetSpecification(images))
        #expect(set.count == 5 && set.labels == [2, 2, 2, 2, 2])
        #expect(fileKind(at: folder.path + "/new.svg") == .file)
    }

    @Test func `every figure's command writes what it is asked for, and numbers as JSON`() throws {
        let folder = try Folder()
        let model = try model(folder, "plane", ["--latent", "2"])
        let common = ["--model", model, "--images", folder.path + "/some-images-idx3-ubyte"]
        let commands = [
            ["reconstruct", "--which", "worst", "--json"],
            ["latent", "--view", "manifold", "--json"],
            ["latent", "--view", "scatter", "--json"], ["latent", "--view", "units", "--json"],
            ["noise", "--sigma", "0.1,0.2", "--json"],
        ]
        for (index, arguments) in commands.enumerated() {
            let out = folder.path + "/\(index).svg"
            let command = try Command(arguments + common + ["--out", out])
            #expect(command.status == 0, "\(arguments): \(command.errors)")
            let object = try JSONSerialization.jsonObject(with: Data(command.output.utf8))
            #expect(object is [String: Any])
            #expect(try readFile(out).starts(with: Array("<?xml".utf8)))
        }
        let out = folder.path + "/ways.svg"
        let ways = try Command(
            ["interpolate", "--pair", "0,9", "--path", "spherical", "--out", out] + common)
        #expect(ways.status == 0 && fileKind(at: out) == .file)
    }

    /// Arguments behind `--model` of the bundled model, the exit code, and what the message names.
    static let refusals: [(arguments: [String], status: Int32, words: String)] = [
        (["generate", "--class", "7", "--out", "OUT.svg"], 64, "knows no classes"),
        (["generate", "--every-class", "--out", "OUT.svg"], 64, "knows no classes"),
        (["generate", "--count", "0", "--out", "OUT.svg"], 64, "0 images"),
        (["generate", "--count", "3"], 64, "--out or --idx"),
        (["generate", "--count", "3", "--out", "OUT.pdf"], 64, ".svg or .png"),
        (["generate", "--count", "3", "--out", "/proc/OUT.svg"], 73, "/proc/OUT.svg"),
        (["generate", "--count", "3", "--idx", "/nowhere/OUT.idx"], 73, "/nowhere/OUT.idx"),
        (["latent", "--images", "IMAGES", "--view", "manifold", "--out", "OUT.svg"], 64, "200"),
        (["interpolate", "--images", "IMAGES", "--pair", "1,x", "--out", "OUT.svg"], 64, "1,x"),
        (["interpolate", "--images", "IMAGES", "--pair", "0,99", "--out", "OUT.svg"], 64, "99"),
        (["noise", "--images", "IMAGES", "--sigma", "0.1,,2", "--out", "OUT.svg"], 64, "0.1,,2"),
        (["noise", "--images", "IMAGES", "--sigma=-1", "--out", "OUT.svg"], 64, "deviation"),
        (["reconstruct", "--images", "IMAGES", "--from", "60", "--out", "OUT.svg"], 64, "71"),
        (["reconstruct", "--images", "SMALL", "--out", "OUT.svg"], 65, "12×12"),
        (["report", "--images", "/nowhere/x", "--out", "OUT.html"], 66, "/nowhere/x"),
        (["report", "--out", "OUT.pdf"], 64, "must end in .html"),
        (["export", "--onnx", "/proc/OUT.onnx"], 73, "/proc/OUT.onnx"),
        (["export", "--onnx", "OUT.onnx", "--input", "int4"], 64, "int4"),
    ]

    @Test(arguments: refusals.indices)
    func `what cannot be drawn is refused, and no file is left half-written`(index: Int) throws {
        let refusal = Self.refusals[index]
        let folder = try Folder()
        let set = DrawnImages.make(count: 64, rows: 28, columns: 28, seed: 1)
        try writeFileAtomically(IDX.encodeImages(set), to: folder.path + "/IMAGES")
        let small = try folder.images(64)
        let before = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        let arguments = refusal.arguments.map {
            switch $0 {
            case "SMALL": small
            case let name where name.hasPrefix("OUT") || name == "IMAGES": folder.path + "/" + name
            default: $0
            }
        }
        let command = try Command(arguments + ["--model", Self.digits])
        #expect(command.status == refusal.status, "\(command.errors)")
        #expect(command.errors.contains(refusal.words), "\(command.errors)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == before)
    }

    @Test func `a class beyond the last and a plane of one unit are refused`() throws {
        let folder = try Folder()
        let told = try model(folder, "told", ["--latent", "3", "--conditional"])
        let beyond = try Command(
            "generate", "--model", told, "--class", "8", "--out", folder.path + "/a.svg")
        #expect(beyond.status == 64 && beyond.errors.contains("0 to 7"), "\(beyond.errors)")
        let line = try model(folder, "line", ["--latent", "1"])
        let flat = try Command(
            "latent", "--model", line, "--images", folder.path + "/some-images-idx3-ubyte",
            "--out", folder.path + "/a.svg")
        #expect(flat.status == 64 && flat.errors.contains("one latent unit"), "\(flat.errors)")
        let scored = try Command("score", "--model", told, folder.path + "/some-images-idx3-ubyte")
        #expect(scored.status == 65 && scored.errors.contains("conditional"), "\(scored.errors)")
        #expect(fileKind(at: folder.path + "/a.svg") == .absent)
    }
}
