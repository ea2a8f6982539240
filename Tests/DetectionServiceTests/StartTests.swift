import Foundation
import Testing
import ZeroMQ

@Suite struct StartTests {
    static let endpoints = ["--ingest", "pull+bind:IN", "--publish", "pub+bind:OUT"]

    /// What cannot start: arguments, exit code, and what the message must name.
    static let refusals: [(arguments: [String], status: Int32, names: [String])] = [
        (endpoints, 78, ["model"]),
        (["--model", "/nowhere"] + endpoints, 66, ["/nowhere/model.safetensors"]),
        (["--model", DaemonProcess.model, "--publish", "pub+bind:OUT"], 78, ["ingest"]),
        (
            ["--model", DaemonProcess.model, "--ingest", "pull:IN", "--publish", "pub+bind:OUT"],
            78, ["pull:", "pattern+role:address"]
        ),
        (
            [
                "--model", DaemonProcess.model, "--ingest", "pub+bind:IN", "--publish",
                "pub+bind:OUT",
            ],
            78, ["ingest", "pub+bind", "sub, pull or router"]
        ),
        (["--config", "/nowhere.yaml"], 78, ["/nowhere.yaml"]),
        (["--batches"], 64, ["--batches"]),
    ]

    @Test(arguments: refusals.indices)
    func `what cannot start says why and exits by sysexits`(index: Int) throws {
        let refusal = Self.refusals[index]
        let (status, log) = try DaemonProcess(refusal.arguments).end()
        #expect(status == refusal.status)
        for name in refusal.names { #expect(log.contains(name), "\(log)") }
    }

    @Test func `a damaged model and a foreign calibration are refused`() throws {
        let folder = NSTemporaryDirectory() + "elbod-model-\(UUID())"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileManager.default.copyItem(atPath: DaemonProcess.model, toPath: folder)
        let path = folder + "/model.safetensors"
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        try whole.dropLast(100).write(to: URL(fileURLWithPath: path))
        var (status, log) = try DaemonProcess(["--model", folder] + Self.endpoints).end()
        #expect(status == 65 && log.contains("truncated"), "\(log)")
        var other = whole
        other[other.count - 2] ^= 1
        try other.write(to: URL(fileURLWithPath: path))
        (status, log) = try DaemonProcess(["--model", folder] + Self.endpoints).end()
        #expect(status == 65 && log.contains("made for model"), "\(log)")
    }

    @Test func `an address in use is refused and its owner goes on`() throws {
        let daemon = try DaemonProcess.serving()
        let rival = try DaemonProcess([
            "--model", DaemonProcess.model, "--ingest", "pull+bind:\(daemon.ingest)", "--publish",
            "pub+bind:OUT",
        ])
        let (status, log) = rival.end()
        #expect(status == 69 && log.contains("in use"), "\(log)")
        let context = try Context()
        let socket = try Socket(context, .rep)
        try socket.bind("tcp://127.0.0.1:*")
        let address = try socket.lastEndpoint()
        let second = try DaemonProcess([
            "--model", DaemonProcess.model, "--ingest", "pull+bind:IN", "--publish",
            "pub+bind:\(address)",
        ])
        let outcome = second.end()
        #expect(outcome.status == 69 && outcome.log.contains(address), "\(outcome.log)")
        let client = try Client(daemon)
        try client.sendImage()
        #expect(try client.verdict() != nil)
    }

    @Test func `the shipped configuration is good, and checking it opens nothing`() throws {
        let config = DaemonProcess.repository.appendingPathComponent("config/elbod.yaml").path
        let daemon = try DaemonProcess(
            [
                "--config", config, "--model", DaemonProcess.model, "--check-config",
                // The directory of the shipped ones is there only where the package is installed.
                "--ingest", "pull+bind:tcp://127.0.0.1:*",
                "--publish", "pub+bind:tcp://127.0.0.1:*",
            ])
        #expect(daemon.end().status == 0)
    }
}
