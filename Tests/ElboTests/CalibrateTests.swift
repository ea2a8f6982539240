import Foundation
import Networks
import Tensors
import Testing

@Suite struct CalibrateTests {
    /// A trained model in `folder`, and the images it was trained on.
    private func model(
        in folder: Folder, _ name: String, _ options: [String] = []
    ) throws -> (path: String, images: String) {
        let (images, out) = (try folder.images(256), folder.path + "/" + name)
        let trained = try Command(
            ["train", "--images", images, "--out", out, "--epochs", "1", "--hidden", "16"]
                + options)
        try #require(trained.status == 0, "\(trained.errors)")
        return (out, images)
    }

    private func object(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    @Test func `the file named is the one that was written, in JSON whatever its name`() throws {
        let folder = try Folder()
        let model = try model(in: folder, #"a "quoted" \ name"#)
        for (precision, file) in [("fp32", "calibration.json"), ("int8", "calibration.int8.json")]
        where precision == "fp32" || Self.hasInt8 {
            let command = [
                "calibrate", "--model", model.path, "--images", model.images, "--precision",
                precision,
            ]
            let told = try Command(command + ["--json"])
            #expect(told.status == 0, "\(told.errors)")
            let written = try object(told.output)
            #expect(written["path"] as? String == "\(model.path)/\(file)")
            #expect(FileManager.default.fileExists(atPath: "\(model.path)/\(file)"))
            #expect(
                Set(written.keys) == [
                    "path", "score", "n", "mu", "sigma", "rule", "k", "lower", "upper",
                    "revision",
                ])
            let text = try Command(command).output
            #expect(text.contains("Wrote \(model.path)/\(file), revision 2"), "\(text)")
        }
    }

    @Test func `another rule is drawn from the scores that are kept, without images`() throws {
        let folder = try Folder()
        let model = try model(in: folder, "m")
        func calibrate(_ options: String...) throws -> Command {
            try Command(["calibrate", "--model", model.path, "--json"] + options)
        }
        #expect(try calibrate("--redraw", "--sigma", "3").status != 0)
        #expect(try calibrate("--images", model.images).status == 0)
        let drawn = try object(
            calibrate("--redraw", "--rule", "quantile", "--alpha", "0.1", "--tails", "low").output)
        #expect(drawn["rule"] as? String == "quantile 10 %" && drawn["revision"] as? Int == 2)
        #expect(drawn["lower"] is Double && drawn["upper"] == nil && drawn["k"] == nil)
        // Other images take the paper's rule unless another is named, and that is said.
        let plain = try Command("calibrate", "--model", model.path, "--images", model.images)
        #expect(plain.status == 0 && plain.errors.contains("decided by mse, quantile 10 %"))
        #expect(
            try calibrate(
                "--redraw", "--rule", "quantile", "--alpha", "0.1", "--tails", "low"
            ).status == 0)
        // What is not given stays.
        let other = try object(calibrate("--redraw", "--score", "nll").output)
        #expect(other["rule"] as? String == "quantile 10 %" && other["score"] as? String == "nll")
        let few = try calibrate("--redraw", "--rule", "certified", "--alpha", "0.001")
        #expect(few.status == 65 && few.errors.contains("it takes 6636"), "\(few.errors)")
        let kept = try object(calibrate("--redraw", "--score", "nll").output)
        #expect(kept["revision"] as? Int == 6 && kept["rule"] as? String == "quantile 10 %")
        for wrong in [
            ["--redraw", "--images", model.images], ["--alpha", "0.1"],
            ["--rule", "certified"], ["--rule", "fixed"], ["--rule", "sigma", "--alpha", "0.1"],
            ["--sigma", "2", "--upper", "1"], ["--rule", "quantile", "--alpha", "1"],
            ["--rule", "quantile", "--alpha", "0.1", "--confidence", "0.9"],
        ] {
            let run = try Command(["calibrate", "--model", model.path] + wrong)
            #expect(run.status == 64 && !run.errors.isEmpty, "\(wrong)")
        }
    }

    private static let hasInt8 = Precision.int8.isSupported

    @Test func `the report's command trains the same model again`() throws {
        let folder = try Folder()
        let options = ["--preprocess", "invert", "--precision", "bf16", "--threads", "1"]
        let first = try model(in: folder, "first", options)
        let report = folder.path + "/report.html"
        #expect(
            try Command("calibrate", "--model", first.path, "--images", first.images).status == 0)
        let told = try Command(
            "report", "--model", first.path, "--images", first.images, "--normal", first.images,
            "--anomalous", try folder.images(64, seed: 9), "--out", report)
        #expect(told.status == 0, "\(told.errors)")
        let numbers = try object(
            String(contentsOfFile: folder.path + "/report.json", encoding: .utf8))
        let models = try #require(numbers["models"] as? [[String: Any]])
        let command = try #require(models.first?["command"] as? String)
        let words = command.split(separator: " ").map(String.init)
        #expect(words.prefix(2) == ["elbo", "train"])
        // The same words, into another folder, make the same weights.
        let again = try Command(
            words.dropFirst().map { $0 == first.path ? folder.path + "/again" : $0 })
        #expect(again.status == 0, "\(again.errors)")
        let files = try ["first", "again"].map {
            try Data(contentsOf: URL(fileURLWithPath: "\(folder.path)/\($0)/model.safetensors"))
        }
        #expect(files[0] == files[1])
        // Epochs are spelt as in training.json.
        let epochs = try #require(numbers["training"] as? [[String: Any]])
        #expect(
            Set(epochs.first?.keys ?? [:].keys) == ["epoch", "terms", "activeUnits", "seconds"])
    }

    @Test func `config template prints the shipped file`() throws {
        let shipped = Command.repository.appendingPathComponent("config/elbod.yaml")
        let command = try Command("config", "template")
        #expect(command.status == 0)
        #expect(try command.output == String(contentsOf: shipped, encoding: .utf8))
    }

    @Test func `reload takes --wait and does not speak of it`() throws {
        let help = try Command("reload", "--help")
        #expect(help.status == 0 && !help.output.contains("--wait"))
        let command = try Command("reload", "--wait", "--control", "/nowhere/control.sock")
        #expect(command.status == 69 && command.errors.contains("/nowhere/control.sock"))
    }
}
