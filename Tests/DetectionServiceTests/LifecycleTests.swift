import Foundation
import Testing
import ZeroMQ

@Suite struct LifecycleTests {
    @Test func `the service manager hears of readiness, heartbeat and the stop`() throws {
        let daemon = try DaemonProcess.serving(watchdog: 1_000_000)
        var heard: [String] = []
        while !heard.contains("WATCHDOG=1"), let next = daemon.notification() { heard.append(next) }
        #expect(heard.contains("WATCHDOG=1"))
        daemon.process.terminate()
        while heard.last != "STOPPING=1", let next = daemon.notification() { heard.append(next) }
        #expect(heard.last == "STOPPING=1")
        #expect(daemon.end().status == 0)
    }

    @Test func `a stopped process feeds no watchdog`() throws {
        let daemon = try DaemonProcess.serving(watchdog: 200_000)
        while let next = daemon.notification(), next != "WATCHDOG=1" {}
        kill(daemon.process.processIdentifier, SIGSTOP)
        // Whatever was sent before it stopped may still be in the socket.
        while daemon.pendingNotification() != nil {}
        #expect(daemon.pendingNotification(within: 1) == nil)
        kill(daemon.process.processIdentifier, SIGCONT)
        #expect(daemon.notification() != nil)
        #expect(daemon.stop().status == 0)
    }

    @Test(arguments: [0, 1])
    func `a publisher that is too fast loses its oldest frames, and every one is counted`(
        threads: Int
    ) throws {
        let context = try Context()
        let camera = try Socket(context, .pub)
        try camera.setSendHighWater(0)
        try camera.setLinger(milliseconds: 5000)
        try camera.bind("tcp://127.0.0.1:*")
        let config = NSTemporaryDirectory() + "elbod-\(UUID()).yaml"
        defer { try? FileManager.default.removeItem(atPath: config) }
        try "queue: 8\n".write(toFile: config, atomically: true, encoding: .utf8)
        let daemon = try DaemonProcess([
            "--config", config, "--model", DaemonProcess.model, "--ingest",
            "sub+connect:\(try camera.lastEndpoint())", "--publish", "pub+bind:OUT",
            "--threads", "\(threads)",
        ])
        #expect(daemon.notification()?.hasPrefix("READY=1") == true)
        let header = Array(#"{"dtype": "uint8", "shape": [28, 28]}"#.utf8)
        let pixels = [UInt8](repeating: 1, count: 784)
        let count = 30_000
        // Publish until the daemon counts frames: then its subscription is there.
        var status = ""
        while !status.contains("received") || status.contains("received 0") {
            _ = try camera.send(header.span, more: true)
            _ = try camera.send(pixels.span)
            status = daemon.pendingNotification(within: 0.01) ?? status
        }
        for _ in 0..<count {
            _ = try camera.send(header.span, more: true)
            _ = try camera.send(pixels.span)
        }
        // Wait until two reports in a row say the same: everything has arrived.
        var last = ""
        while let next = daemon.notification(), next != last { last = next }
        let log = daemon.stop().log
        let numbers = try #require(Sum(log))
        #expect(numbers.received >= count)
        #expect(numbers.dropped > 0)
        #expect(numbers.received == numbers.scored + numbers.rejected + numbers.dropped)
    }

    @Test(arguments: [0, 1])
    func `a stop in the middle of a flood leaves no frame unaccounted`(threads: Int) throws {
        let daemon = try DaemonProcess.serving(["--threads", "\(threads)"])
        let client = try Client(daemon)
        for _ in 0..<3000 { try client.sendImage() }
        let (status, log) = daemon.stop()
        #expect(status == 0)
        let numbers = try #require(Sum(log))
        #expect(numbers.received == numbers.scored)
        var verdicts = 0
        while let (topic, line) = try client.receive() {
            if topic.hasPrefix("normal/") || topic.hasPrefix("anomaly/") { verdicts += 1 }
            if topic == "status/", line.contains("\"stopped\"") { break }
        }
        #expect(verdicts == numbers.scored)
    }
}

/// The sum that a daemon prints at its end.
struct Sum {
    let received: Int
    let scored: Int
    let rejected: Int
    let dropped: Int

    init?(_ log: String) {
        let expression =
            /received (\d+) = scored (\d+) \(.*?\) \+ rejected (\d+).* \+ dropped (\d+)/
        guard let match = log.firstMatch(of: expression),
            let received = Int(match.1), let scored = Int(match.2), let rejected = Int(match.3),
            let dropped = Int(match.4)
        else { return nil }
        (self.received, self.scored, self.rejected, self.dropped) = (
            received, scored, rejected, dropped
        )
    }
}
