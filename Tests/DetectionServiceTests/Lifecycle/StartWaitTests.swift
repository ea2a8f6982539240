import Foundation
import Testing

@testable import DetectionService

@Suite struct StartWaitTests {
    @Test(.timeLimit(.minutes(1)))
    func `a model that comes late is waited for`() throws {
        let folder = NSTemporaryDirectory() + "elbod-late-\(UUID())"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let daemon = try DaemonProcess([
            "--model", folder, "--ingest", "pull+bind:IN", "--publish", "pub+bind:OUT",
            "--start-wait", "600",
        ])
        let first = try #require(daemon.notification())
        #expect(first.contains("waiting: ") && first.contains("EXTEND_TIMEOUT_USEC="))
        try FileManager.default.copyItem(atPath: DaemonProcess.model, toPath: folder)
        var last: String? = first
        while let next = last, !next.hasPrefix("READY=1") { last = daemon.notification() }
        #expect(last != nil)
        let (status, log) = daemon.stop()
        #expect(status == 0 && log.contains("Waiting for what is not there yet."), "\(log)")
    }

    @Test func `a wait for an address can be ended, and a wrong configuration does not wait`()
        throws
    {
        let daemon = try DaemonProcess([
            "--model", DaemonProcess.model, "--ingest", "pull+bind:tcp://192.0.2.1:5555",
            "--publish", "pub+bind:OUT", "--start-wait", "600", "--allow-plaintext", "true",
        ])
        #expect(daemon.notification()?.contains("no interface") == true)
        #expect(daemon.stop().status == 0)
        let wrong = try DaemonProcess([
            "--model", DaemonProcess.model, "--ingest", "pull:IN", "--publish", "pub+bind:OUT",
            "--start-wait", "600",
        ])
        #expect(wrong.end().status == 78)
    }

    @Test func `what is damaged or in use does not go away by waiting`() {
        #expect(!StartWait.mayComeLate(DaemonError.inUse("ipc:///run/in")))
        #expect(!StartWait.mayComeLate(DaemonError.descriptors(limit: 1, needed: 2)))
        #expect(StartWait.mayComeLate(DaemonError.httpAddressMissing("192.0.2.1:9464")))
    }
}
