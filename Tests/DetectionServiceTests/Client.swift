import Foundation
import ZeroMQ

/// A producer and a subscriber of one daemon, on the thread of the test.
struct Client: ~Copyable {
    let push: Socket
    let subscriber: Socket

    /// Connects both and waits until the subscription is in place, which the first status shows.
    init(_ daemon: DaemonProcess) throws {
        let context = try Context()
        let push = try Socket(context, .push)
        try push.setLinger(milliseconds: 5000)
        try push.connect(daemon.ingest)
        let subscriber = try Socket(context, .sub)
        try subscriber.setReceiveHighWater(1_000_000)
        try subscriber.setReceiveTimeout(milliseconds: 10_000)
        try subscriber.subscribe("")
        try subscriber.connect(daemon.verdicts)
        var topic = ""
        repeat {
            topic = try Self.receive(from: subscriber)?.topic ?? "status/"
        } while topic != "status/"
        self.push = push
        self.subscriber = subscriber
    }

    /// Sends one message of these parts.
    func send(_ parts: [[UInt8]]) throws {
        for (index, part) in parts.enumerated() {
            _ = try push.send(part.span, more: index < parts.count - 1)
        }
    }

    /// Sends one blank image, as pyzmq's recipe does.
    func sendImage(_ more: String = "", bytes: [UInt8] = [UInt8](repeating: 0, count: 784)) throws {
        try send([Array("{\"dtype\": \"uint8\", \"shape\": [28, 28]\(more)}".utf8), bytes])
    }

    /// The next message, or nil if none comes in ten seconds.
    func receive() throws -> (topic: String, line: String)? { try Self.receive(from: subscriber) }

    private static func receive(
        from subscriber: borrowing Socket
    ) throws -> (topic: String, line: String)? {
        var message = Message()
        guard try subscriber.receive(into: &message) else { return nil }
        let topic = text(message.bytes)
        guard try subscriber.receive(into: &message) else { return nil }
        return (topic, text(message.bytes))
    }

    /// The next message that is not a status, with its JSON.
    func verdict() throws -> (topic: String, fields: [String: Any])? {
        while let (topic, line) = try receive() {
            guard topic != "status/" else { continue }
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
            return (topic, object as? [String: Any] ?? [:])
        }
        return nil
    }

    private static func text(_ bytes: Span<UInt8>) -> String {
        String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self)
    }
}
