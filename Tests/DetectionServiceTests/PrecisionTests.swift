import Control
import ControlClients
import Detection
import Files
import Foundation
import Tensors
import Testing
import VAE
import ZeroMQ

@Suite(.enabled(if: Precision.int8.isSupported)) struct PrecisionTests {
    private let context: Context
    private let model = NSTemporaryDirectory() + "elbod-precision-\(UUID())"

    init() throws {
        context = try Context()
        try FileManager.default.copyItem(atPath: DaemonProcess.model, toPath: model)
    }

    private func ask<Result: Codable & Sendable>(
        _ daemon: DaemonProcess, _ request: ControlRequest
    ) throws -> Result {
        try ControlClient(context, address: daemon.control).ask(request)
    }

    @Test func `the daemon computes, judges and is steered in the precision it is told`() throws {
        defer { try? FileManager.default.removeItem(atPath: model) }
        let daemon = try DaemonProcess.steered(model: model, ["--precision", "int8"])
        let client = try Client(daemon)
        let image = (0..<784).map { UInt8($0 * 37 % 256) }
        try client.sendImage(bytes: image)
        let verdict = try #require(try client.verdict()?.fields)
        let loaded = try LoadedModel(directory: model)
        let calibration = try LoadedCalibration(directory: model, model: loaded, precision: .int8)
        let engine = ScoringEngine(
            loaded.model.weights, by: calibration.calibration.computation, capacity: 1)
        let expected = engine.scores(ofImages: image, count: 1)[0].mse
        let score = try #require(verdict["score"] as? Double)
        #expect(Float(score) == expected)
        let reference = ScoringEngine(loaded.model.weights, capacity: 1)
        #expect(Float(score) != reference.scores(ofImages: image, count: 1)[0].mse)

        let status: Status = try ask(daemon, .status)
        #expect(
            status.precision == "int8" && status.upper == calibration.calibration.bounds.upper)
        let _: CalibrationEffect = try ask(daemon, .threshold(.init(k: 3)))
        let kept = try LoadedCalibration(directory: model, model: loaded, precision: .int8)
        #expect(kept.calibration.rule.k == 3 && kept.calibration.revision == 2)
        #expect(kept.calibration.computation == calibration.calibration.computation)
        let other = try LoadedCalibration(directory: model, model: loaded)
        #expect(other.calibration.rule.k == 2 && other.calibration.revision == 1)
        // Bounds of one precision are none of another's scores.
        #expect(throws: ControlError.self) {
            let _: CalibrationEffect = try ask(daemon, .calibrate(other.calibration))
        }
        #expect(daemon.stop().status == 0)
    }

    @Test func `without a calibration of its own a precision is refused, and auto does without it`()
        throws
    {
        defer { try? FileManager.default.removeItem(atPath: model) }
        let whole = try DaemonProcess.steered(model: model, ["--precision", "auto"])
        #expect((try ask(whole, .status) as Status).precision == "int8")
        #expect(whole.stop().status == 0)
        for precision in [Precision.int8, .bf16] {
            try FileManager.default.removeItem(
                atPath: Calibration.path(in: model, precision))
        }
        let refused = try DaemonProcess([
            "--model", model, "--ingest", "pull+bind:IN", "--publish", "pub+bind:OUT",
            "--precision", "int8",
        ]).end()
        #expect(refused.status != 0 && refused.log.contains("elbo calibrate --precision int8"))
        let plain = try DaemonProcess.steered(model: model, ["--precision", "auto"])
        #expect((try ask(plain, .status) as Status).precision == "fp32")
        #expect(plain.stop().status == 0)
    }

    @Test func `ranges of another model are refused`() throws {
        defer { try? FileManager.default.removeItem(atPath: model) }
        let path = Calibration.path(in: model, .int8)
        let text = String(decoding: try readFile(path, limit: 1 << 24), as: UTF8.self)
        let changed = text.replacingOccurrences(of: "\"encoder\":[", with: "\"encoder\":[1,")
        #expect(changed != text)
        try writeFileAtomically(Array(changed.utf8), to: path)
        let refused = try DaemonProcess([
            "--model", model, "--ingest", "pull+bind:IN", "--publish", "pub+bind:OUT",
            "--precision", "int8",
        ]).end()
        #expect(refused.status == 65 && refused.log.contains("ranges of activations"))
    }
}
