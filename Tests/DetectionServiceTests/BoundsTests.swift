import Control
import ControlClients
import Detection
import Files
import Foundation
import Frames
import Glibc
import TestSupport
import Testing
import VAE
import ZeroMQ

/// The life of a calibration, with real daemons.
@Suite struct BoundsTests {
    /// A model directory and a state directory, and the daemon that serves them now.
    private final class Service {
        let folder: TemporaryFolder
        private(set) var daemon: DaemonProcess
        private let context: Context

        var model: String { folder.path + "/model" }
        var state: String { folder.path + "/state" }

        init() throws {
            folder = try TemporaryFolder()
            context = try Context()
            try FileManager.default.copyItem(
                atPath: DaemonProcess.model, toPath: folder.path + "/model")
            try FileManager.default.createDirectory(
                atPath: folder.path + "/state", withIntermediateDirectories: true)
            daemon = try Self.start(folder.path)
        }

        private static func start(_ path: String) throws -> DaemonProcess {
            try DaemonProcess.steered(model: path + "/model", ["--state", path + "/state"])
        }

        /// Stops the daemon and starts another one; what the first logged.
        @discardableResult func restart() throws -> String {
            let (status, log) = daemon.stop()
            #expect(status == 0)
            daemon = try Self.start(folder.path)
            return log
        }

        func ask<Result: Codable & Sendable>(_ request: ControlRequest) throws -> Result {
            try ControlClient(context, address: daemon.control).ask(request)
        }

        func status() throws -> Status { try ask(.status) }
        func change(_ request: ControlRequest) throws -> CalibrationEffect { try ask(request) }

        /// Writes a calibration into the model directory, as `elbo calibrate` does.
        func calibrate(k: Double) throws {
            let loaded = try LoadedCalibration(
                directory: model, model: LoadedModel(directory: model))
            let other = try loaded.calibration.deciding(
                by: .sigma(score: .mse, k: k), revision: Calibration.nextRevision(in: model),
                created: loaded.calibration.created, lineage: Lineage("calibrate"))
            try writeFileAtomically(other.encoded(), to: Calibration.path(in: model))
        }

        /// What is said when a request is refused.
        func refusal(_ request: ControlRequest) -> String {
            do {
                let _: CalibrationEffect = try ask(request)
                return ""
            } catch { return "\(error)" }
        }

        /// Puts the files of another model into the directory.
        func install(_ name: String) throws {
            for file in ["model.safetensors", "calibration.json"] {
                let source = DaemonProcess.repository.appendingPathComponent(
                    "models/\(name)/\(file)")
                try writeFileAtomically([UInt8](Data(contentsOf: source)), to: "\(model)/\(file)")
            }
        }
    }

    @Test func `calibrating and reloading rules over what was set before, also after a restart`()
        throws
    {
        let service = try Service()
        let set = try service.change(.threshold(.init(k: 3)))
        #expect(set.new.revision == 2 && set.new.how == "threshold set")
        try service.calibrate(k: 5)
        let status: Status = try service.ask(.reload)
        #expect(status.k == 5 && status.calibrationRevision == 3)
        #expect(
            status.remarks?.contains { $0.contains("Taken up from the model directory") } == true)
        let log = try service.restart()
        #expect(log.contains("a number that is taken"))
        #expect(try service.status().k == 5 && service.status().calibrationRevision == 3)
        // What is done now is newer again.
        #expect(try service.change(.threshold(.init(k: 4))).new.revision == 4)
        #expect((try service.ask(.reload) as Status).k == 4)
        try service.restart()
        #expect(try service.status().k == 4)
        let back = try service.change(.rollback())
        #expect(back.new.revision == 3 && back.new.k == 5)
        #expect(back.remarks?.first?.hasPrefix("Goes back from revision 4") == true)
        #expect(try service.change(.rollback()).new.revision == 2)
        #expect(try service.change(.threshold(.init(k: 6))).new.revision == 5)
        #expect(service.daemon.stop().status == 0)
    }

    @Test func `images from files are judged by the rule in service, wherever that lies`() throws {
        let service = try Service()
        let certified = DecisionRule.Method.certified(alpha: 0.2, confidence: 0.9, tails: .both)
        _ = try service.change(.threshold(.init(score: .nll, method: certified)))
        // The model directory still holds μ ± 2σ of mse; the state directory does not.
        let images = service.folder.path + "/images"
        let header: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 100, 0, 0, 0, 28, 0, 0, 0, 28]
        let pixels = (0..<(100 * 784)).map {
            UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13)
        }
        try Data(header + pixels).write(to: URL(fileURLWithPath: images))
        let elbo = Process()
        elbo.executableURL = DaemonProcess.executable.deletingLastPathComponent()
            .appendingPathComponent("elbo")
        elbo.arguments = [
            "recalibrate", "--images", images, "--control", service.daemon.control,
        ]
        elbo.standardOutput = FileHandle.nullDevice
        try elbo.run()
        elbo.waitUntilExit()
        #expect(elbo.terminationStatus == 0)
        let status = try service.status()
        #expect(status.calibrationRevision == 3)
        #expect(status.deciding == DecisionRule(score: .nll, method: certified))
    }

    @Test func `bounds of one source are set, listed, gone back from and taken away`() throws {
        let service = try Service()
        let cam = { (isDryRun: Bool) in ControlRequest.Scope(source: "cam", isDryRun: isDryRun) }
        #expect(service.refusal(.rollback(cam(false))).contains("cam has no bounds of its own"))
        #expect(service.refusal(.remove(cam(false))).contains("cam has no bounds of its own"))
        _ = try service.change(.threshold(.init(k: 3), cam(false)))
        _ = try service.change(.threshold(.init(k: 4), cam(false)))
        #expect(try service.status().ownBounds == ["cam"] && service.status().k == 2)
        let common = try service.change(.threshold(.init(k: 6)))
        #expect(common.remarks?.first?.hasPrefix("cam: bounds of their own, which stay") == true)
        #expect(try service.change(.threshold(.init(), cam(true))).old.k == 4)
        #expect(try service.change(.rollback(cam(false))).new.k == 3)
        let back = try service.change(.rollback(cam(false)))
        #expect(back.new.k == 6 && back.remarks?.first?.contains("the common bounds") == true)
        #expect(try service.status().ownBounds.isEmpty)
        _ = try service.change(.threshold(.init(k: 3), cam(false)))
        try service.restart()
        #expect(try service.status().ownBounds == ["cam"])
        _ = try service.change(.remove(cam(false)))
        try service.restart()
        #expect(try service.status().ownBounds.isEmpty)
        #expect(service.daemon.stop().status == 0)
    }

    @Test func `bounds of one source do not outlive its model without a word`() throws {
        let service = try Service()
        _ = try service.change(.threshold(.init(k: 3), .init(source: "cam")))
        try service.install("mnist-denoising")
        let status: Status = try service.ask(.reload)
        #expect(status.ownBounds.isEmpty)
        #expect(status.remarks?.contains { $0.hasPrefix("cam: bounds of their own") } == true)
        let log = try service.restart()
        #expect(log.contains("made for another model"))
        try service.install("mnist")
        #expect((try service.ask(.reload) as Status).ownBounds == ["cam"])
        #expect(service.daemon.stop().status == 0)
    }

    @Test func `doubtful frames change nothing unless somebody insists`() throws {
        let service = try Service()
        let client = try Client(service.daemon)
        let parked = (0..<784).map { UInt8($0 % 200) }
        func gather(_ count: Int, _ frame: (Int) -> [UInt8]) throws {
            let _: Status = try service.ask(.cancel)
            let _: Status = try service.ask(.gather(count: count))
            for number in 0..<count {
                try client.sendImage(bytes: frame(number))
                _ = try client.verdict()
            }
        }
        try gather(2) { number in parked.map { $0 &+ UInt8(number) } }
        #expect(service.refusal(.adopt()).contains("2 images are too few"))
        try gather(50) { _ in parked }
        let refusal = service.refusal(.adopt())
        #expect(refusal.contains("50 images are too equal (1 different ones)"), "\(refusal)")
        #expect(try service.status().calibrationRevision == 1)
        let look = try service.change(.adopt(.init(), .init(isDryRun: true)))
        #expect(look.remarks?.first?.hasPrefix("Without --force this is refused") == true)
        let forced = try service.change(.adopt(.init(), .init(isForced: true)))
        #expect(forced.new.n == 50 && forced.new.lower == forced.new.upper)
        try client.sendImage(bytes: [parked[0] ^ 1] + parked.dropFirst())
        let verdict = try #require(try client.verdict()?.fields)
        #expect(verdict["verdict"] as? String == "anomaly" && verdict["z"] is NSNull)
        #expect(service.daemon.stop().status == 0)
    }

    @Test(.timeLimit(.minutes(1)))
    func `gathering belongs to whoever asked, and ends with them`() throws {
        let service = try Service()
        func gather(_ seconds: Int) throws -> Status {
            try service.ask(
                .gather(
                    count: 2, source: "cam", lease: .init(holder: "the desk", seconds: seconds)))
        }
        let first = try gather(3600)
        let ticket = try #require(first.collecting?.ticket)
        #expect(first.collecting?.isKnown == false)
        #expect(try service.status().collecting?.ticket == nil)
        let refusal = service.refusal(.gather(count: 2))
        #expect(refusal.contains("the desk is gathering frames of cam: 0 of 2"), "\(refusal)")
        #expect(service.refusal(.adopt()).contains("nothing is being gathered for you"))
        let _: Status = try service.ask(.release(ticket: "another"))
        let renewed: Status = try service.ask(.renew(ticket: ticket))
        #expect(renewed.collecting?.holder == "the desk")
        let _: Status = try service.ask(.cancel)
        #expect(
            service.refusal(.renew(ticket: ticket)).contains("somebody ended the gathering"))
        // Nobody says a word more, although dashboards go on asking how things are.
        _ = try gather(1)
        while try service.status().collecting != nil {}
        #expect(try gather(1).collecting?.gathered == 0)
        #expect(service.daemon.stop().status == 0)
    }

    @Test func `frames gathered before another model serves are none of its own`() throws {
        let service = try Service()
        let client = try Client(service.daemon)
        func send(_ range: Range<Int>) throws {
            for number in range {
                try client.sendImage(bytes: (0..<784).map { UInt8(($0 * 7 + number * 5) % 200) })
                _ = try client.verdict()
            }
        }
        let _: Status = try service.ask(.gather(count: 40))
        try send(0..<39)
        try service.install("mnist-denoising")
        let status: Status = try service.ask(.reload)
        #expect(status.collecting?.gathered == 0 && status.collecting?.restarts == 1)
        try send(0..<40)
        let mixed = try service.change(.adopt(.init(), .init(isDryRun: true)))
        let _: Status = try service.ask(.cancel)
        let _: Status = try service.ask(.gather(count: 40))
        try send(0..<40)
        let pure = try service.change(.adopt(.init(), .init(isDryRun: true)))
        #expect(mixed.new.upper == pure.new.upper && mixed.new.n == pure.new.n)
        #expect(service.daemon.stop().status == 0)
    }

    @Test(.timeLimit(.minutes(1)), arguments: ["model.safetensors", "calibration.json"])
    func `what is no file is refused at once, and keeps nobody from stopping`(name: String) throws {
        let service = try Service()
        let path = service.model + "/" + name
        try FileManager.default.moveItem(atPath: path, toPath: path + ".good")
        let makers: [(String, (String) throws -> Void)] = [
            ("a pipe", { #expect(mkfifo($0, 0o600) == 0) }),
            ("zeros", { #expect(symlink("/dev/zero", $0) == 0) }),
            ("a loop", { #expect(symlink($0, $0) == 0) }),
            (
                "a hole",
                {
                    try writeFileAtomically([], to: $0)
                    #expect(truncate($0, 900 << 20) == 0)
                }
            ),
            ("a folder", { #expect(mkdir($0, 0o700) == 0) }),
            ("a pipe", { #expect(mkfifo($0, 0o600) == 0) }),
        ]
        for (kind, make) in makers {
            try? FileManager.default.removeItem(atPath: path)
            try make(path)
            #expect(throws: ControlError.self, "\(kind)") {
                let _: Status = try service.ask(.reload)
            }
        }
        kill(service.daemon.process.processIdentifier, SIGHUP)
        #expect(service.daemon.stop().status == 0)
    }
}
