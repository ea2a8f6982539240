import Control
import ControlClients
import Foundation
import Testing
import ZeroMQ

/// What peers that mean no good, or do not know better, cannot do to a daemon.
@Suite(.serialized) struct HostilePeerTests {
    private func status(of daemon: DaemonProcess) throws -> Status {
        try ControlClient(Context(), address: daemon.control).ask(.status)
    }

    @Test(arguments: [64, 256, 1024])
    func `idle connections leave descriptors for everybody else`(limit: Int) throws {
        let (port, http) = (freePort(), freePort())
        let daemon = try DaemonProcess.serving(
            [
                "--ingest", "pull+bind:tcp://127.0.0.1:\(port)", "--control", "CONTROL", "--http",
                "127.0.0.1:\(http)",
            ], descriptors: limit)
        let client = try Client(daemon)
        // Twice as many as there are descriptors, introduced or not, here and at the port for metrics.
        let idle = (0..<limit).compactMap { number in
            let connection = RawConnection(port: port)
            if number.isMultiple(of: 2) { _ = connection?.greet(as: "PUSH") }
            return connection
        }
        let readers = (0..<limit).compactMap { _ in RawConnection(port: http) }
        // Among the files that are opened now are the sockets of these: the first of them is where 4.3.4
        // aborts.
        #expect(try status(of: daemon).state == "serving")
        try client.sendImage()
        #expect(try client.verdict() != nil)
        let again = try Client(daemon)
        try again.sendImage()
        #expect(try again.verdict() != nil)
        withExtendedLifetime((idle, readers)) {}
        let (status, log) = daemon.stop()
        #expect(status == 0 && log.contains("turned away"), "\(log)")
    }

    @Test func `too few descriptors are an error that says what to do`() throws {
        let daemon = try DaemonProcess(
            [
                "--model", DaemonProcess.model, "--ingest", "pull+bind:IN", "--publish",
                "pub+bind:OUT", "--control", "CONTROL",
            ], descriptors: 24)
        let (status, log) = daemon.end()
        #expect(status == 78 && log.contains("LimitNOFILE="), "\(log)")
    }

    @Test func `whoever asks without pause and reads nothing starves nobody`() throws {
        let daemon = try DaemonProcess.serving(["--control", "CONTROL"], watchdog: 2_000_000)
        let context = try Context()
        let flood = try Socket(context, .dealer)
        try flood.setReceiveHighWater(1)
        try flood.setSendHighWater(0)
        try flood.connect("ipc://\(daemon.control)")
        for _ in 0..<20_000 {
            _ = try flood.send([UInt8]().span, more: true)
            _ = try flood.send(#"{"verb": "sources"}"#)
        }
        // An operator gets an answer, the watchdog is fed, and a stop is obeyed.
        #expect(try status(of: daemon).state == "serving")
        var heard = 0
        while heard < 2, let next = daemon.notification() { heard += next == "WATCHDOG=1" ? 1 : 0 }
        #expect(heard == 2)
        let start = ContinuousClock.now
        #expect(daemon.stop().status == 0)
        #expect(ContinuousClock.now - start < .seconds(5))
    }

    @Test func `clients that wait for their answers get every one`() throws {
        let daemon = try DaemonProcess.serving(["--control", "CONTROL"])
        let context = try Context()
        // Each with a few quick questions, one after the other: an answer that was just read makes room.
        for _ in 0..<100 {
            let client = try ControlClient(context, address: daemon.control)
            for _ in 0..<10 { let _: Status = try client.ask(.status) }
        }
        #expect(daemon.stop().status == 0)
    }

    @Test(arguments: [0, 1, 255, 60_000])
    func `a request of endless parts ends its connection, and no other`(size: Int) throws {
        let daemon = try DaemonProcess.serving(["--control", "CONTROL"])
        let operating = try ControlClient(Context(), address: daemon.control)
        let _: Status = try operating.ask(.status)
        let head: [UInt8] =
            size < 256
            ? [1, UInt8(size)] : [3, 0, 0, 0, 0, 0, 0, UInt8(size >> 8), UInt8(size & 255)]
        let part = head + [UInt8](repeating: 120, count: size)
        let chunk = Array(repeatElement(part, count: max(1, 65_536 / part.count)).joined())
        // Several times: whoever does it does not stop at once.
        for _ in 0..<3 {
            let connection = try #require(RawConnection(path: daemon.control))
            #expect(connection.greet(as: "DEALER") && connection.isWelcomed())
            var sent = 0
            while sent < 64 << 20, connection.send(chunk) { sent += chunk.count }
            #expect(sent < 2 << 20)
        }
        let answer: Status = try operating.ask(.status)
        #expect(answer.state == "serving")
        let (status, log) = daemon.stop()
        #expect(status == 0 && log.contains("held_too_much="), "\(log)")
    }

    @Test func `a request with more values than a calibration has is refused unread`() throws {
        let daemon = try DaemonProcess.serving(["--control", "CONTROL"])
        let socket = try Socket(Context(), .req)
        try socket.setReceiveTimeout(milliseconds: 10_000)
        try socket.connect("ipc://\(daemon.control)")
        let values = String(repeating: "1,", count: 600_000)
        _ = try socket.send(#"{"verb": "calibrate", "calibration": [\#(values)1]}"#)
        var answer = Message()
        #expect(try socket.receive(into: &answer))
        #expect(String(decoding: answer.copy, as: UTF8.self).contains("500,000 values"))
    }

    @Test func `a reader of metrics that pipelines and never reads is left alone`() throws {
        let port = freePort()
        let daemon = try DaemonProcess.serving(["--http", "127.0.0.1:\(port)"])
        let greedy = try #require(RawConnection(port: port))
        let request = Array("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
        // As much as the kernel takes on the way to a server that reads no more; then it is closed.
        var sent = 0
        while sent < 64 << 20, greedy.send(Array(repeatElement(request, count: 1000).joined())) {
            sent += 1000 * request.count
        }
        #expect(sent < 64 << 20)
        let other = try #require(RawConnection(port: port))
        #expect(other.send(Array("GET /livez HTTP/1.0\r\n\r\n".utf8)))
        let answer = try #require(other.receive())
        #expect(String(decoding: answer, as: UTF8.self).contains("200 OK"))
        let start = ContinuousClock.now
        #expect(daemon.stop().status == 0)
        #expect(ContinuousClock.now - start < .seconds(5))
    }

    @Test func `a connection that asks the monitoring port nothing is closed`() throws {
        let port = freePort()
        let daemon = try DaemonProcess.serving(["--http", "127.0.0.1:\(port)"])
        let silent = try #require(RawConnection(port: port))
        let slow = try #require(RawConnection(port: port))
        #expect(slow.send(Array("GET /metrics HTTP/1.1\r\nX: ".utf8)))
        #expect(silent.receive() == [] && slow.receive() == [])
        #expect(daemon.stop().status == 0)
    }

    @Test func `names cannot add lines to the metrics`() throws {
        let port = freePort()
        let daemon = try DaemonProcess.serving(["--http", "127.0.0.1:\(port)"])
        let client = try Client(daemon)
        for name in ["a\\r\\nelbod_ready 0\\r\\nb", "c\\\"\\u0301} 7\\nx", "\\u001b[31m"] {
            try client.sendImage(", \"source\": \"\(name)\"")
            _ = try client.verdict()
        }
        let reader = try #require(RawConnection(port: port))
        #expect(reader.send(Array("GET /metrics HTTP/1.0\r\n\r\n".utf8)))
        var bytes: [UInt8] = []
        while let more = reader.receive(), !more.isEmpty { bytes += more }
        let page = String(decoding: bytes, as: UTF8.self).split(separator: "\r\n\r\n").last ?? ""
        let form =
            /#.*|[a-z_]+(\{([a-z_]+="([^"\\\r\n\u{1B}]|\\["\\n])*",?)+\})? [-+0-9.eInfaN]+/
            .matchingSemantics(.unicodeScalar)
        let lines = page.unicodeScalars.split(separator: "\n").map { String($0) }
        #expect(lines.count > 50)
        for line in lines { #expect(line.wholeMatch(of: form) != nil, "\(line)") }
        #expect(daemon.stop().status == 0)
    }
}
