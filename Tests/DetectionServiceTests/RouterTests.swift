import Foundation
import Synchronization
import Testing
import ZeroMQ

@Suite struct RouterTests {
    private static let header = Array(#"{"dtype": "uint8", "shape": [28, 28], "msg": "cam"}"#.utf8)
    private static let pixels = [UInt8](repeating: 0, count: 784)

    private func ask(
        _ socket: borrowing Socket, _ parts: [[UInt8]]
    ) throws -> String? {
        for (index, part) in parts.enumerated() {
            _ = try socket.send(part.span, more: index < parts.count - 1)
        }
        var message = Message()
        guard try socket.receive(into: &message) else { return nil }
        // A DEALER that sent a delimiter gets it back.
        while message.more { _ = try socket.receive(into: &message) }
        let bytes = message.bytes
        return String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self)
    }

    private func daemon(_ more: [String] = []) throws -> DaemonProcess {
        let daemon = try DaemonProcess(
            [
                "--model", DaemonProcess.model, "--ingest", "router+bind:IN", "--publish",
                "pub+bind:OUT",
            ] + more)
        #expect(daemon.notification()?.hasPrefix("READY=1") == true)
        return daemon
    }

    @Test(arguments: [0, 1])
    func `whoever asks gets the verdict, an error or an acknowledgement as reply`(
        threads: Int
    ) throws {
        let daemon = try daemon(["--threads", "\(threads)"])
        let context = try Context()
        let three = Array(#"{"dtype": "uint8", "shape": [3, 28, 28]}"#.utf8)
        for kind in [Socket.Kind.req, .dealer] {
            let socket = try Socket(context, kind)
            try socket.setReceiveTimeout(milliseconds: 10_000)
            try socket.connect(daemon.ingest)
            let delimiter: [[UInt8]] = kind == .req ? [] : [[]]
            let verdict = try ask(socket, delimiter + [Self.header, Self.pixels])
            #expect(verdict?.contains(#""source":"cam""#) == true)
            #expect(verdict?.contains("elbod.verdict/1") == true)
            let topic = try ask(socket, delimiter + [Array("t/".utf8), Self.header, Self.pixels])
            #expect(topic?.contains(#""source":"t""#) == true)
            let rubbish = try ask(socket, delimiter + [Array("rubbish".utf8)])
            #expect(rubbish?.contains("header_not_json") == true)
            let control = try ask(socket, delimiter + [Array(#"{"done": true}"#.utf8)])
            #expect(control?.contains("acknowledgement") == true)
            let many = try ask(
                socket, delimiter + [three, Self.pixels + Self.pixels + Self.pixels])
            let list = try JSONSerialization.jsonObject(with: Data((many ?? "").utf8)) as? [Any]
            #expect(list?.count == 3)
        }
        let (status, log) = daemon.stop()
        #expect(status == 0 && log.contains("received 12 = scored 10"), "\(log)")
    }

    @Test func `a request's id may start with any byte, that of JSON too`() throws {
        let daemon = try daemon()
        let socket = try Socket(Context(), .dealer)
        try socket.setReceiveTimeout(milliseconds: 10_000)
        try socket.connect(daemon.ingest)
        // As REQ counts them with ZMQ_REQ_CORRELATE, from a random number on.
        for byte in 0...255 as ClosedRange<UInt8> {
            let reply = try ask(socket, [[byte, 1, 2, 3], [], Self.header, Self.pixels])
            #expect(reply?.contains("elbod.verdict/1") == true, "\(byte)")
        }
        #expect(daemon.stop().log.contains("received 256 = scored 256"))
    }

    @Test func `clients that compare the reply can have OK`() throws {
        let daemon = try daemon(["--reply", "ok"])
        let socket = try Socket(Context(), .req)
        try socket.setReceiveTimeout(milliseconds: 10_000)
        try socket.connect(daemon.ingest)
        #expect(try ask(socket, [Self.header, Self.pixels]) == "OK")
        #expect(daemon.stop().status == 0)
    }

    @Test func `a frame without a header is an image where that is switched on`() throws {
        let daemon = try daemon(["--bare-frames", "true"])
        let socket = try Socket(Context(), .req)
        try socket.setReceiveTimeout(milliseconds: 10_000)
        try socket.connect(daemon.ingest)
        #expect(try ask(socket, [Self.pixels])?.contains("elbod.verdict/1") == true)
        #expect(try ask(socket, [[1, 2, 3]])?.contains("header_not_json") == true)
        #expect(daemon.stop().status == 0)
    }

    @Test(arguments: [0, 1, 2, 3])
    func `verdicts are the same and in order, however many threads score`(threads: Int) throws {
        let daemon = try DaemonProcess.serving(
            ["--threads", "\(threads)", "--batch", "5", "--all-scores", "true"])
        let client = try Client(daemon)
        for number in 0..<500 {
            let bytes = (0..<784).map { UInt8(truncatingIfNeeded: $0 * (number % 7 + 1)) }
            try client.sendImage(", \"seq\": \(number)", bytes: bytes)
        }
        for number in 0..<500 {
            let fields = try #require(try client.verdict()?.fields)
            #expect(fields["seq"] as? Int == number)
            #expect(fields["pub_seq"] as? Int == number + 1)
            let scores = try #require(fields["scores"] as? [String: Double])
            Self.expected.withLock { expected in
                let known = expected[number % 7] ?? scores
                #expect(known == scores, "frame \(number) with \(threads) threads")
                expected[number % 7] = known
            }
        }
        #expect(daemon.stop().status == 0)
    }

    /// Scores by image, shared by the runs with different numbers of threads.
    private static let expected = Mutex<[Int: [String: Double]]>([:])
}
