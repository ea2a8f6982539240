import Foundation
import Glibc
import Testing

@Suite(.serialized) struct EarlySignalTests {
    private static let endpoints = [
        "--model", DaemonProcess.model, "--ingest", "pull+bind:IN", "--publish", "pub+bind:OUT",
    ]

    /// Waits until the program has begun: before that, a signal meets the loader of libraries.
    private func waitUntilHeld(_ daemon: DaemonProcess) {
        let path = "/proc/\(daemon.process.processIdentifier)/status"
        var mask: UInt64 = 0
        // SIGHUP, SIGINT and SIGTERM, and no others, as it may be before it has begun.
        while mask & 0x4203 != 0x4003, daemon.process.isRunning {
            let status = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
            let line = status.split(separator: "\n").first { $0.hasPrefix("SigBlk:") } ?? ""
            mask = UInt64(line.dropFirst(7).trimmingCharacters(in: .whitespaces), radix: 16) ?? 0
        }
    }

    @Test(arguments: [SIGHUP, SIGUSR1, SIGUSR2, SIGPIPE, SIGALRM, SIGXFSZ])
    func `no signal that means nothing yet ends a start`(signal: Int32) throws {
        let daemon = try DaemonProcess(Self.endpoints)
        waitUntilHeld(daemon)
        kill(daemon.process.processIdentifier, signal)
        #expect(daemon.notification()?.hasPrefix("READY=1") == true)
        kill(daemon.process.processIdentifier, signal)
        let client = try Client(daemon)
        try client.sendImage()
        #expect(try client.verdict() != nil)
        #expect(daemon.stop().status == 0)
    }

    @Test(arguments: [SIGTERM, SIGINT])
    func `a stop that is asked for before the daemon serves is a stop`(signal: Int32) throws {
        let daemon = try DaemonProcess(Self.endpoints)
        waitUntilHeld(daemon)
        kill(daemon.process.processIdentifier, signal)
        #expect(daemon.end().status == 0)
    }
}
