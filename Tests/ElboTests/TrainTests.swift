import Files
import Foundation
import Glibc
import Testing
import VAE

@Suite struct TrainTests {
    private static let sizes = [
        "--hidden", "16", "--latent", "3", "--batch", "32", "--threads", "2",
    ]

    private func train(_ images: String, _ out: String, _ more: [String]) -> Process {
        Command.process(["train", "--images", images, "--out", out] + Self.sizes + more)
    }

    private func finish(_ process: Process) throws -> Int32 {
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }

    @Test func `an interrupted run goes on to the weights of an uninterrupted one`() throws {
        let folder = try Folder()
        let images = try folder.images(4000)
        let epochs = ["--epochs", "40"]
        #expect(try finish(train(images, folder.path + "/whole", epochs)) == 0)
        let process = train(images, folder.path + "/cut", epochs)
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        var text = ""
        while !text.contains("epoch 3/") {
            let data = output.fileHandleForReading.availableData
            guard !data.isEmpty else { break }
            text += String(decoding: data, as: UTF8.self)
        }
        kill(process.processIdentifier, SIGINT)
        _ = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        #expect(process.terminationStatus == 75)
        #expect(fileKind(at: folder.path + "/cut/model.safetensors") == .absent)
        // Without --resume the checkpoint is not thrown away.
        let checkpoint = try readFile(folder.path + "/cut/checkpoint.safetensors")
        let forgetful = train(images, folder.path + "/cut", epochs)
        forgetful.standardError = FileHandle.nullDevice
        #expect(try finish(forgetful) == 73)
        #expect(try readFile(folder.path + "/cut/checkpoint.safetensors") == checkpoint)
        #expect(try finish(train(images, folder.path + "/cut", epochs + ["--resume"])) == 0)
        let models = try ["whole", "cut"].map {
            try readFile(folder.path + "/\($0)/model.safetensors")
        }
        #expect(models[0] == models[1])
    }

    @Test func `a model is made, calibrated, evaluated and used, whatever its sizes`() throws {
        let folder = try Folder()
        let (images, out) = (try folder.images(600), folder.path + "/model")
        let more = ["--epochs", "2", "--hidden", "24,12", "--likelihood", "gaussian"]
        #expect(try finish(train(images, out, more)) == 0)
        // MNIST says nothing about a model of other images.
        let unnamed = try Command("calibrate", "--model", out)
        #expect(unnamed.status == 64 && unnamed.errors.contains("--images"), "\(unnamed.errors)")
        let held = try folder.images(200, seed: 2)
        let calibrated = try Command(
            "calibrate", "--model", out, "--images", held, "--score", "elbo", "--sigma", "3",
            "--json")
        #expect(calibrated.status == 0 && calibrated.objects.first?["n"] as? Int == 200)
        let evaluated = try Command(
            "evaluate", "--model", out, "--normal", held, "--anomalous", images, "--json")
        let report =
            try JSONSerialization.jsonObject(with: Data(evaluated.output.utf8)) as? [String: Any]
            ?? [:]
        for key in [
            "mse", "kl", "neg_elbo", "active_units", "lower", "upper", "normal_within",
            "anomalous_flagged", "false_alarm_rate",
        ] { #expect(report[key] is NSNumber, "\(key)") }
        let plain = try #require(report["plain"] as? [String: Any])
        #expect(plain["auroc"] as? Double ?? 0 >= 0.5 && plain["statistic"] is String)
        #expect((report["auroc"] as? [String: Double])?.count == ScoreSet.plain.functions.count)
        let scored = try Command("score", "--model", out, held)
        #expect(scored.objects.count == 200)
        #expect(scored.objects.first?["metric"] as? String == "elbo")
        let again = try Command("calibrate", "--model", out, "--images", held)
        #expect(again.output.contains("revision 2"))
    }

    /// Arguments that cannot be followed, the exit code, and what the message must name.
    static let refusals: [(arguments: [String], status: Int32, name: String)] = [
        (["--hidden", "0"], 64, "hidden size 0"),
        (["--hidden", "12,x"], 64, "--hidden"),
        (["--latent=-3"], 64, "latent size -3"),
        (["--batch", "0"], 64, "batch size 0"),
        (["--epochs", "0"], 64, "0 epochs"),
        (["--learning-rate=-1"], 64, "learning rate"),
        (["--likelihood", "gaussian", "--eta", "0"], 64, "η"),
        (["--likelihood", "poisson"], 64, "poisson"),
        (["--images", "/nowhere/images"], 66, "/nowhere/images"),
        (["--images", "cifar"], 66, "mnist"),
        (["--resume"], 66, "checkpoint.safetensors"),
        (["--out", "/proc/nothing"], 73, "/proc/nothing"),
    ]

    @Test(arguments: refusals.indices)
    func `what cannot be trained is refused before anything is written`(index: Int) throws {
        let refusal = Self.refusals[index]
        let folder = try Folder()
        let process = train(
            try folder.images(64), folder.path + "/model", ["--epochs", "1"] + refusal.arguments)
        let errors = Pipe()
        process.standardError = errors
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        let text = String(
            decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == refusal.status, "\(text)")
        #expect(text.contains(refusal.name), "\(text)")
        #expect(fileKind(at: folder.path + "/model") == .absent)
    }

    @Test func `a model is not overwritten unless that is asked for`() throws {
        let folder = try Folder()
        let (images, out) = (try folder.images(64), folder.path + "/model")
        #expect(try finish(train(images, out, ["--epochs", "1"])) == 0)
        let before = try readFile(out + "/model.safetensors")
        let process = train(images, out, ["--epochs", "1", "--seed", "2"])
        process.standardError = FileHandle.nullDevice
        #expect(try finish(process) == 73)
        #expect(try readFile(out + "/model.safetensors") == before)
        #expect(try finish(train(images, out, ["--epochs", "1", "--seed", "2", "--force"])) == 0)
        #expect(try readFile(out + "/model.safetensors") != before)
    }
}
