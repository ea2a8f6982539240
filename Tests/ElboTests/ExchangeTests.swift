import Datasets
import Files
import Foundation
import Networks
import Testing
import VAE

@Suite struct ExchangeTests {
    /// The bundled model's tensors without what our metadata says of them.
    private func tensors(_ folder: Folder) throws -> String {
        let bytes = try readFile(LoadedModel.path(in: Command.model))
        let file = try Safetensors(decoding: bytes)
        let path = folder.path + "/torch.safetensors"
        try writeFileAtomically(Safetensors(tensors: file.tensors).encoded(), to: path)
        return path
    }

    private func images(_ folder: Folder) throws -> String {
        let set = DrawnImages.make(count: 64, rows: 28, columns: 28, seed: 1)
        try writeFileAtomically(IDX.encodeImages(set), to: folder.path + "/held")
        return folder.path + "/held"
    }

    @Test func `a model that comes in is calibrated and scores as it did`() throws {
        let folder = try Folder()
        let (source, held) = (try tensors(folder), try images(folder))
        let out = folder.path + "/models/mine"
        let command = try Command(
            "import", "--safetensors", source, "--out", out, "--images", held, "--score", "nll",
            "--json")
        #expect(command.status == 0 && command.objects.first?["score"] as? String == "nll")
        let scores = try [Command.model, out].map { model in
            try Command("score", "--model", model, held).objects.map {
                ($0["scores"] as? [String: Double])?["mse"]
            }
        }
        #expect(scores[0] == scores[1] && scores[0].count == 64)
        let again = try Command("import", "--safetensors", source, "--out", out, "--images", held)
        #expect(again.status == 73 && again.errors.contains("--force"))

        // No number is given twice, and what is replaced can be looked at.
        let forced = try Command(
            "import", "--safetensors", source, "--out", out, "--images", held, "--force", "--json")
        #expect(forced.status == 0 && forced.objects.first?["revision"] as? Int == 2)
        let before = try Command("calibration", "show", out, "1", "--json")
        #expect(before.status == 0 && before.output.contains("nll"))
    }

    @Test func `what does not come in leaves no folder behind`() throws {
        let folder = try Folder()
        let (source, held) = (try tensors(folder), try images(folder))
        let small = try folder.images(64)
        let out = folder.path + "/mine"
        let cases: [(arguments: [String], status: Int32, words: String)] = [
            (["--safetensors", "/nowhere/x", "--images", held], 66, "/nowhere/x"),
            (["--safetensors", held, "--images", held], 65, held),
            (["--safetensors", source], 64, "--images"),
            (["--safetensors", source, "--images", small], 65, "12×12"),
            (["--safetensors", source, "--images", held, "--shape", "28"], 64, "--shape 28"),
            (["--safetensors", source, "--images", held, "--shape", "20x28"], 65, "20×28"),
            (["--safetensors", source, "--images", held, "--sigma=-1"], 65, "above 0"),
        ]
        for (arguments, status, words) in cases {
            let command = try Command(["import", "--out", out] + arguments)
            #expect(command.status == status, "\(arguments): \(command.errors)")
            #expect(command.errors.contains(words), "\(command.errors)")
            #expect(fileKind(at: out) == .absent)
        }
    }

    @Test func `a model goes out with its bounds, or says that it has none`() throws {
        let folder = try Folder()
        let onnx = folder.path + "/mnist.onnx"
        let command = try Command("export", "--model", Command.model, "--onnx", onnx)
        #expect(command.status == 0 && command.output.contains("with bounds"))
        let text = String(decoding: try readFile(onnx), as: UTF8.self)
        #expect(text.contains("elbod.threshold.mse.upper"))
        let bare = folder.path + "/bare"
        try FileManager.default.createDirectory(
            atPath: bare, withIntermediateDirectories: true)
        let model = try readFile(LoadedModel.path(in: Command.model))
        try writeFileAtomically(model, to: LoadedModel.path(in: bare))
        let without = try Command("export", "--model", bare, "--onnx", onnx)
        #expect(without.output.contains("without bounds"))
        #expect(!String(decoding: try readFile(onnx), as: UTF8.self).contains("threshold"))
    }
}
