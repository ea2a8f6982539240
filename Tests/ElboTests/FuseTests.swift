import Detection
import Files
import Foundation
import Testing
import VAE

/// Training to detect, fusing and calibrating, with images that are drawn.
@Suite struct FuseTests {
    private let folder = NSTemporaryDirectory() + "elbo-fuse-\(UUID().uuidString)"

    private func images(_ name: String, _ count: Int, seed: Int) throws -> String {
        let path = "\(folder)/\(name).npy"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1
        func random(_ range: Int) -> Int {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return Int(state % UInt64(range))
        }
        var pixels: [UInt8] = []
        for _ in 0..<count {
            let (row, column, level) = (random(8), random(8), 120 + random(130))
            pixels += (0..<144).map { place in
                let isInside =
                    (row..<(row + 4)).contains(place / 12)
                    && (column..<(column + 4)).contains(place % 12)
                return UInt8(isInside ? level : random(12))
            }
        }
        let header = "{'descr': '|u1', 'fortran_order': False, 'shape': (\(count), 12, 12), }"
        let padded = header.padding(toLength: 117, withPad: " ", startingAt: 0) + "\n"
        let bytes = [0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array(padded.utf8) + pixels
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        return path
    }

    private func trained() throws -> (model: String, images: String) {
        let images = try images("train", 1200, seed: 1)
        let out = folder + "/model"
        let command = try Command(
            "train", "--recipe", "detect", "--images", images, "--out", out, "--epochs", "3",
            "--hidden", "32", "--latent", "6", "--threads", "1")
        try #require(command.status == 0, "\(command.errors)")
        return (out, images)
    }

    @Test func `a tenth is set aside, and fuses what others calibrate`() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let (model, images) = try trained()
        let loaded = try LoadedModel(directory: model)
        #expect(loaded.model.provenance["data"] == images + "[^9::10]")
        #expect(loaded.model.provenance["set_aside"] == images + "[9::10]")
        #expect(loaded.model.provenance["cutout"] == "0.8")
        let held = try self.images("held", 600, seed: 2)
        let command = try Command("calibrate", "--model", model, "--images", held)
        try #require(command.status == 0, "\(command.errors)")
        let calibration = try LoadedCalibration(directory: model, model: loaded).calibration
        #expect(calibration.rule == .fused)
        #expect(calibration.held == .all)
        let judged = try Command("score", "--model", model, held)
        #expect(judged.objects.count { $0["is_anomaly"] as? Bool == true } <= 12)
        #expect(judged.objects.allSatisfy { ($0["part"] as? String)?.hasPrefix("part_") == true })
        let redrawn = try Command(
            "calibrate", "--model", model, "--redraw", "--score", "sharpness", "--rule",
            "quantile", "--alpha", "0.05")
        #expect(redrawn.status == 0, "\(redrawn.errors)")
        let suite = try Command("evaluate", "--model", model, "--suite", "--normal", held)
        #expect(suite.status == 0 && suite.output.contains("mean of the faults"))
    }

    @Test func `images that took another part are refused`() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let (model, images) = try trained()
        let held = try self.images("held", 600, seed: 2)
        for (arguments, reason) in [
            (["--images", held, "--fuse", held], "600 of 600 images"),
            (["--images", held, "--fuse", images], "was trained on"),
            (["--images", images + "[9::10]"], "120 of 120 images"),
            (["--images", held, "--fuse", held + "[..<50]"], "too few"),
            (["--images", held, "--fuse", "none", "--score", "fused"], "--fuse"),
            (["--images", held, "--scores", "mae"], "there is no score called mae"),
        ] {
            let command = try Command(["calibrate", "--model", model] + arguments)
            #expect(command.status != 0 && command.errors.contains(reason), "\(command.errors)")
        }
        #expect(!FileManager.default.fileExists(atPath: Calibration.path(in: model)))
    }

    @Test func `whoever does not fuse calibrates as before`() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let (model, _) = try trained()
        let held = try images("held", 600, seed: 2)
        let command = try Command(
            "calibrate", "--model", model, "--images", held, "--fuse", "none", "--scores",
            "standard")
        try #require(command.status == 0, "\(command.errors)")
        let calibration = try LoadedCalibration(file: Calibration.path(in: model)).calibration
        #expect(calibration.rule == .paper && calibration.held == .standard.union(.health))
        #expect(calibration.computation.profile == nil)
    }
}
