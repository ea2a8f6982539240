import Foundation
import TestSupport
import Testing

@Suite struct DaemonTests {
    @Test func `an image comes back as a verdict under the topic of its source`() throws {
        let daemon = try DaemonProcess.serving()
        let client = try Client(daemon)
        try client.sendImage(
            #", "msg": "cam-1", "seq": 7, "ts": 12.5"#, bytes: [UInt8](repeating: 255, count: 784))
        let (topic, fields) = try #require(try client.verdict())
        #expect(topic == "anomaly/cam-1/")
        #expect(fields["schema"] as? String == "elbod.verdict/1")
        #expect(fields["seq"] as? Int == 7)
        #expect(fields["msg"] as? String == "cam-1")
        #expect(fields["ts_source"] as? Double == 12.5)
        #expect(fields["side"] as? String == "high")
        #expect(fields["metric"] as? String == "mse")
        let (status, log) = daemon.stop()
        #expect(status == 0)
        #expect(
            log.contains("received 1 = scored 1 (0 normal, 1 anomalous) + rejected 0 + dropped 0"))
    }

    @Test func `every image of a message gets a verdict of its own`() throws {
        let daemon = try DaemonProcess.serving()
        let client = try Client(daemon)
        let header = Array(#"{"dtype": "float32", "shape": [3, 28, 28]}"#.utf8)
        try client.send([header, [UInt8](repeating: 0, count: 3 * 784 * 4)])
        for index in 0..<3 {
            #expect(try client.verdict()?.fields["index"] as? Int == index)
        }
    }

    /// Messages that cannot be scored, with the reason that must be given.
    static let bad: [(reason: String, parts: [[UInt8]])] = {
        let pixels = [UInt8](repeating: 0, count: 784)
        let message = { (header: String, payload: [UInt8]) in [Array(header.utf8), payload] }
        let nan = (0..<784).flatMap { _ in [0, 0, 0xC0, 0x7F] as [UInt8] }
        let infinity = (0..<784).flatMap { _ in [0, 0, 0x80, 0x7F] as [UInt8] }
        let three = (0..<784).flatMap { _ in [0, 0, 0x40, 0x40] as [UInt8] }
        return [
            ("header_not_json", message("hello", pixels)),
            ("header_not_json", message(#"{"dtype": "uint8", "shape": [28, 28]"#, pixels)),
            ("header_not_json", [pixels]),
            ("header_too_long", message("{" + String(repeating: " ", count: 20000) + "}", pixels)),
            ("no_dtype", message(#"{"shape": [28, 28]}"#, pixels)),
            ("no_shape", message(#"{"dtype": "uint8"}"#, pixels)),
            ("unknown_dtype", message(#"{"dtype": "object", "shape": [28, 28]}"#, pixels)),
            ("bad_shape", message(#"{"dtype": "uint8", "shape": []}"#, pixels)),
            ("bad_shape", message(#"{"dtype": "uint8", "shape": [0, 28, 28]}"#, [])),
            ("bad_shape", message(#"{"dtype": "uint8", "shape": [28, 28, 3]}"#, pixels + pixels)),
            (
                "bad_shape",
                message(#"{"dtype": "uint8", "shape": [99999999999999999999, 28, 28]}"#, pixels)
            ),
            (
                "bad_byte_count",
                message(#"{"dtype": "uint8", "shape": [2147483647, 28, 28]}"#, pixels)
            ),
            ("bad_byte_count", message(#"{"dtype": "uint8", "shape": [28, 28]}"#, [1, 2, 3])),
            ("not_finite", message(#"{"dtype": "float32", "shape": [28, 28]}"#, nan)),
            ("not_finite", message(#"{"dtype": "float32", "shape": [28, 28]}"#, infinity)),
            ("out_of_range", message(#"{"dtype": "float32", "shape": [28, 28]}"#, three)),
            ("too_many_parts", Array(repeating: [UInt8(ascii: "{")], count: 17)),
            ("bad_image", message("{}", Array(PictureSamples.ring.dropLast(30)))),
            ("bad_shape", message("{}", PictureSamples.color)),
            ("no_payload", [Array("cam".utf8), Array(#"{"dtype": "uint8"}"#.utf8)]),
        ]
    }()

    @Test func `bad messages get one error each, and the good ones between them are scored`() throws
    {
        let daemon = try DaemonProcess.serving()
        let client = try Client(daemon)
        for (number, bad) in Self.bad.enumerated() {
            try client.send(bad.parts)
            try client.sendImage(", \"seq\": \(number)")
        }
        var (reasons, sequences): ([String], [Int]) = ([], [])
        for _ in 0..<2 * Self.bad.count {
            let (topic, fields) = try #require(try client.verdict())
            if topic.hasPrefix("error/") {
                reasons.append(fields["reason"] as? String ?? "")
            } else {
                sequences.append(fields["seq"] as? Int ?? -1)
            }
        }
        // What the header tells is told at once, and what the pixels do when it is their turn.
        #expect(reasons.sorted() == Self.bad.map(\.reason).sorted())
        #expect(sequences == Array(Self.bad.indices))
        let (status, log) = daemon.stop()
        #expect(status == 0)
        let count = Self.bad.count
        #expect(log.contains("received \(2 * count) = scored \(count)"))
        #expect(log.contains("rejected \(count)") && log.contains("bad_shape 5"))
    }

    @Test func `a control message is no error and trailing parts are ignored`() throws {
        let daemon = try DaemonProcess.serving()
        let client = try Client(daemon)
        try client.send([Array(#"{"done": true}"#.utf8)])
        let header = Array(#"{"dtype": "uint8", "shape": [784]}"#.utf8)
        try client.send([header, [UInt8](repeating: 9, count: 784), [1], [2]])
        #expect(try client.verdict()?.fields["source"] as? String == "ingest-1")
        #expect(daemon.stop().log.contains("received 1 = scored 1"))
    }

    @Test func `thousands of frames pushed at full speed all come back, once each`() throws {
        let config = try smallQueue()
        defer { try? FileManager.default.removeItem(atPath: config) }
        let daemon = try DaemonProcess.serving(["--config", config])
        let client = try Client(daemon)
        let count = 20_000
        var seen = [Bool](repeating: false, count: count)
        var (sent, received) = (0, 0)
        while received < count {
            // Keep less in flight than a subscriber may be behind, so that nothing is lost there.
            while sent < count, sent - received < 2000 {
                try client.sendImage(", \"seq\": \(sent)")
                sent += 1
            }
            let sequence = try #require(try client.verdict()?.fields["seq"] as? Int)
            #expect(!seen[sequence])
            seen[sequence] = true
            received += 1
        }
        #expect(daemon.stop().log.contains("received \(count) = scored \(count)"))
    }

    /// A configuration whose queue fills at once, so that frames wait in front of it.
    private func smallQueue() throws -> String {
        let path = NSTemporaryDirectory() + "elbod-\(UUID()).yaml"
        try "queue: 4\nbatch: 3\n".write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }
}
