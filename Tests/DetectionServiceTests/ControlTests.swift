import Control
import ControlClients
import Detection
import Foundation
import Testing
import VAE
import ZeroMQ

@Suite struct ControlTests {
    /// A daemon that can be steered, with a copy of the bundled model of its own.
    private final class Steered {
        let daemon: DaemonProcess
        let model: String
        private let context: Context

        init(_ more: [String] = []) throws {
            context = try Context()
            model = NSTemporaryDirectory() + "elbod-model-\(UUID())"
            try FileManager.default.copyItem(atPath: DaemonProcess.model, toPath: model)
            daemon = try DaemonProcess.steered(model: model, more)
        }

        func ask<Result: Codable & Sendable>(_ request: ControlRequest) throws -> Result {
            try ControlClient(context, address: daemon.control).ask(request)
        }

        func status() throws -> Status { try ask(.status) }

        deinit { try? FileManager.default.removeItem(atPath: model) }
    }

    @Test func `the status ledgers for every frame and names what serves`() throws {
        let steered = try Steered()
        let client = try Client(steered.daemon)
        for number in 0..<5 { try client.sendImage(", \"seq\": \(number), \"msg\": \"cam\"") }
        try client.sendImage(", \"seq\": 9, \"msg\": \"cam\"")
        try client.send([Array("nonsense".utf8), [1]])
        for _ in 0..<7 { _ = try client.verdict() }
        let status = try steered.status()
        #expect(status.state == "serving" && status.received == 7)
        #expect(
            status.received == status.scored + status.rejected + status.dropped + status.inFlight)
        #expect(status.rejections == ["header_not_json": 1])
        #expect(status.calibrationRevision == 1 && status.score == "mse")
        let sources: [SourceStatus] = try steered.ask(.sources)
        let cam = try #require(sources.first { $0.source == "cam" })
        #expect(cam.received == 6 && cam.missed == 4 && cam.duplicates == 0 && !cam.stale)
        #expect(steered.daemon.mode(of: steered.daemon.control) == 0o660)
        #expect(steered.daemon.stop().status == 0)
    }

    @Test(arguments: [0, 1])
    func `other bounds serve at once, are kept, and can be taken back`(threads: Int) throws {
        let steered = try Steered(["--threads", "\(threads)"])
        let client = try Client(steered.daemon)
        func revision() throws -> Int? {
            try client.sendImage()
            return try client.verdict()?.fields["calibration_revision"] as? Int
        }
        #expect(try revision() == 1)
        let look: CalibrationEffect = try steered.ask(
            .threshold(.init(k: 3), .init(isDryRun: true)))
        #expect(look.new.upper ?? 0 > look.old.upper ?? .infinity && look.new.revision == 2)
        #expect(try revision() == 1)
        let _: CalibrationEffect = try steered.ask(.threshold(.init(k: 3)))
        #expect(try revision() == 2)
        #expect(try steered.status().k == 3)
        // On the disk too: a new daemon would serve it.
        let kept = try LoadedCalibration(
            directory: steered.model, model: LoadedModel(directory: steered.model).digest)
        #expect(kept.calibration.revision == 2 && kept.calibration.rule.k == 3)
        let _: CalibrationEffect = try steered.ask(.rollback())
        #expect(try revision() == 1)
        #expect(try steered.status().k == 2)
        #expect(throws: ControlError.self) {
            let _: CalibrationEffect = try steered.ask(.rollback())
        }
        #expect(try revision() == 1)
    }

    @Test func `every rule is drawn from the scores that are kept, and serves at once`() throws {
        let steered = try Steered()
        let client = try Client(steered.daemon)
        func verdict() throws -> [String: Any] {
            try client.sendImage()
            return try #require(try client.verdict()).fields
        }
        #expect(try verdict()["rule"] as? String == "sigma")
        #expect(try verdict()["p"] == nil)

        let certified = DecisionRule.Method.certified(alpha: 0.01, confidence: 0.99, tails: .both)
        let effect: CalibrationEffect = try steered.ask(.threshold(.init(method: certified)))
        #expect(effect.new.rule == "certified 1 %" && effect.new.k == nil)
        let judged = try verdict()
        #expect(judged["rule"] as? String == "certified" && judged["p"] is Double)
        // Of 5,000 scores 34 keep 1 % with 99 % confidence; nine checks of health take one each, and the sides of what
        // is left twelve.
        let threshold = try #require(judged["threshold"] as? [String: Any])
        let sample = try LoadedCalibration(
            directory: steered.model, model: LoadedModel(directory: steered.model)
        ).calibration.sample
        let bounds = ["lower", "upper"].map { (threshold[$0] as? Double).map { Float($0) } }
        #expect(bounds == [sample.sorted[11], sample.sorted[5000 - 12]])

        let high: CalibrationEffect = try steered.ask(
            .threshold(.init(method: .quantile(alpha: 0.01, tails: .high), health: [])))
        #expect(high.new.lower == nil && high.new.upper == Double(sample.sorted[4950]))
        let status = try steered.status()
        #expect(status.rule == "quantile 1 %" && status.lower == nil)

        let hand: CalibrationEffect = try steered.ask(
            .threshold(.init(method: .fixed(lower: nil, upper: 0))))
        #expect(hand.new.upper == 0)
        #expect(try verdict()["verdict"] as? String == "anomaly")
        // Bounds by hand are those of one score.
        #expect(throws: ControlError.self) {
            let _: CalibrationEffect = try steered.ask(.threshold(.init(score: .nll)))
        }
        #expect(throws: ControlError.self) {
            let _: CalibrationEffect = try steered.ask(
                .threshold(
                    .init(method: .certified(alpha: 1e-5, confidence: 0.99, tails: .high))))
        }
        #expect(try steered.status().rule == "by hand")
        let _: Status = try steered.ask(.reload)
        #expect(try steered.status().rule == "by hand")
        let back: CalibrationEffect = try steered.ask(.rollback())
        #expect(back.new.rule == "quantile 1 %")
    }

    @Test func `live frames become the new normal, for all sources or for one`() throws {
        let steered = try Steered()
        let client = try Client(steered.daemon)
        /// Bright frames with a little variety: anomalies to the bundled model.
        func bright(_ number: Int, source: String) throws -> String? {
            let bytes = (0..<784).map { UInt8(200 + ($0 + number) % 50) }
            try client.sendImage(", \"msg\": \"\(source)\"", bytes: bytes)
            return try client.verdict()?.fields["verdict"] as? String
        }
        #expect(try bright(0, source: "a") == "anomaly")
        let request = ControlRequest.gather(count: 40, source: "a")
        let _: Status = try steered.ask(request)
        #expect(throws: ControlError.self) {
            let _: Status = try steered.ask(request)
        }
        let adopt = ControlRequest.adopt(.init(k: 8), .init(source: "a"))
        #expect(throws: ControlError.self) {
            let _: CalibrationEffect = try steered.ask(adopt)
        }
        for number in 0..<40 { _ = try bright(number, source: "b") }
        #expect(try steered.status().collecting?.gathered == 0)
        for number in 0..<40 { _ = try bright(number, source: "a") }
        let effect: CalibrationEffect = try steered.ask(adopt)
        #expect(effect.new.n == 40 && effect.changed > 0 && effect.anomalousAfter == 0)
        #expect(try bright(7, source: "a") == "normal")
        #expect(try bright(7, source: "b") == "anomaly")
        #expect(try steered.status().ownBounds == ["a"])
        #expect(try steered.status().collecting == nil)
    }

    @Test(arguments: [0, 1])
    func `a drained daemon takes nothing in and stays to be asked`(threads: Int) throws {
        let steered = try Steered(["--threads", "\(threads)"])
        let client = try Client(steered.daemon)
        for _ in 0..<100 { try client.sendImage() }
        for _ in 0..<100 { _ = try client.verdict() }
        let status: Status = try steered.ask(.drain)
        #expect(status.state == "draining" && status.received == 100)
        #expect(try steered.status().inFlight == 0)
        #expect(steered.daemon.stop().status == 0)
    }

    @Test func `requests that make no sense are answered with a sentence`() throws {
        let steered = try Steered()
        let context = try Context()
        let socket = try Socket(context, .req)
        try socket.setReceiveTimeout(milliseconds: 10_000)
        try socket.connect("ipc://\(steered.daemon.control)")
        for request in [
            "", "{", "[]", #"{"verb":"explode"}"#, #"{"verb":7}"#, "\u{0}", #"{"verb":"gather"}"#,
            #"{"verb":"calibrate","calibration":{"schema":"x"}}"#, #"{"verb":"threshold","k":-1}"#,
        ] {
            _ = try socket.send(request)
            var message = Message()
            #expect(try socket.receive(into: &message), "\(request)")
            let bytes = message.bytes
            let text = String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self)
            #expect(text.contains(#""error":"#) && !text.contains("result"), "\(request): \(text)")
        }
        #expect(try steered.status().state == "serving")
    }

    /// What can be wrong with a model directory.
    static let damages: [(name: String, spoil: @Sendable (String) throws -> Void)] = [
        ("truncated", { try write($0, "model.safetensors") { $0.dropLast(1000) } }),
        ("empty", { try write($0, "model.safetensors") { _ in Data() } }),
        ("a flipped bit", { try write($0, "model.safetensors") { flipped($0) } }),
        ("a wrong header", { try write($0, "model.safetensors") { Data([255]) + $0.dropFirst() } }),
        (
            "NaN weights",
            {
                try write($0, "model.safetensors") {
                    $0.dropLast(4) + Data([0, 0, 0xC0, 0x7F])
                }
            }
        ),
        ("no model", { try FileManager.default.removeItem(atPath: $0 + "/model.safetensors") }),
        (
            "a folder for a model",
            {
                try FileManager.default.removeItem(atPath: $0 + "/model.safetensors")
                try FileManager.default.createDirectory(
                    atPath: $0 + "/model.safetensors", withIntermediateDirectories: true)
            }
        ),
        ("a calibration cut off", { try write($0, "calibration.json") { $0.dropLast(100) } }),
        ("an empty calibration", { try write($0, "calibration.json") { _ in Data() } }),
        (
            "another schema",
            {
                try write($0, "calibration.json") { replaced($0, "calibration/2", "calibration/9") }
            }
        ),
        (
            "bounds that contradict the scores",
            {
                try write($0, "calibration.json") { replaced($0, "\"upper\":0.0", "\"upper\":0.5") }
            }
        ),
        (
            "no calibration",
            { try FileManager.default.removeItem(atPath: $0 + "/calibration.json") }
        ),
        (
            "a calibration of another model",
            {
                try write($0, "calibration.json") {
                    replaced($0, "\"model\":\"sha256:6", "\"model\":\"sha256:7")
                }
            }
        ),
        (
            "a conditional model",
            {
                try copy(
                    "models/mnist-conditional/model.safetensors", to: $0 + "/model.safetensors")
            }
        ),
    ]

    @Test(arguments: [0, 1])
    func `bad files are refused, the old ones serve on, and good ones replace them`(threads: Int)
        throws
    {
        let steered = try Steered(["--threads", "\(threads)"])
        let client = try Client(steered.daemon)
        let whole = ["model.safetensors", "calibration.json"].map { steered.model + "/" + $0 }
        let good = try whole.map { try Data(contentsOf: URL(fileURLWithPath: $0)) }
        var reloads = 0
        for (name, spoil) in Self.damages {
            try spoil(steered.model)
            #expect(throws: ControlError.self, "\(name)") {
                let _: Status = try steered.ask(.reload)
            }
            #expect(try steered.status().reloadError != nil, "\(name)")
            try client.sendImage()
            #expect(try client.verdict()?.fields["calibration_revision"] as? Int == 1, "\(name)")
            for (path, data) in zip(whole, good) {
                try? FileManager.default.removeItem(atPath: path)
                try data.write(to: URL(fileURLWithPath: path))
            }
            let status: Status = try steered.ask(.reload)
            reloads += 1
            #expect(status.reloadError == nil && status.reloads == reloads)
        }
        #expect(try steered.status().reloadsRefused == Self.damages.count)
    }

    @Test(.timeLimit(.minutes(1))) func `SIGHUP reads the files again`() throws {
        let steered = try Steered()
        kill(steered.daemon.process.processIdentifier, SIGHUP)
        while try steered.status().reloads == 0 {}
        #expect(steered.daemon.stop().status == 0)
    }

    private static func write(_ folder: String, _ name: String, _ change: (Data) -> Data) throws {
        let url = URL(fileURLWithPath: folder + "/" + name)
        try change(Data(contentsOf: url)).write(to: url)
    }

    private static func copy(_ from: String, to path: String) throws {
        let source = DaemonProcess.repository.appendingPathComponent(from)
        try Data(contentsOf: source).write(to: URL(fileURLWithPath: path))
    }

    private static func flipped(_ data: Data) -> Data {
        var data = data
        data[data.count / 2] ^= 0x40
        return data
    }

    private static func replaced(_ data: Data, _ old: String, _ new: String) -> Data {
        Data(String(decoding: data, as: UTF8.self).replacingOccurrences(of: old, with: new).utf8)
    }
}
