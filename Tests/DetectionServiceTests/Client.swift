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
        guard let parts = try Self.parts(from: subscriber), parts.count > 1 else { return nil }
        return (text(parts[0]), text(parts[1]))
    }

    private static func parts(from subscriber: borrowing Socket) throws -> [[UInt8]]? {
        var message = Message()
        var parts: [[UInt8]] = []
        repeat {
            guard try subscriber.receive(into: &message) else { return nil }
            parts.append(message.bytes.indices.map { message.bytes[$0] })
        } while message.more
        return parts
    }

    /// The next message that is not a status or a map, with its JSON.
    func verdict() throws -> (topic: String, fields: [String: Any])? {
        while let (topic, line) = try receive() {
            guard topic != "status/", !topic.hasPrefix("map/") else { continue }
            return (topic, try Self.object(line))
        }
        return nil
    }

    /// The next map, with its JSON and its picture.
    func map() throws -> (topic: String, fields: [String: Any], png: [UInt8])? {
        while let parts = try Self.parts(from: subscriber) {
            guard parts.count == 3 else { continue }
            return (Self.text(parts[0]), try Self.object(Self.text(parts[1])), parts[2])
        }
        return nil
    }

    private static func object(_ line: String) throws -> [String: Any] {
        try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
    }

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
