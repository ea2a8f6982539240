import CSyscalls
import Testing

/// What is read off the bytes of ZMTP that a peer sends.
@Suite struct StreamTests {
    /// A peer, whose bytes come in pieces of any length.
    private struct Peer {
        var stream = zmtp_stream()
        let hasTopics: Bool
        let piece: Int
        var (unfinished, arrived, topics): (Int64, Int64, Int64) = (0, 0, 0)
        var parts = 0

        init(hasTopics: Bool = false, piece: Int = 4096) {
            (self.hasTopics, self.piece) = (hasTopics, piece)
        }

        mutating func send(_ bytes: [UInt8]) {
            for start in stride(from: 0, to: bytes.count, by: piece) {
                let some = Array(bytes[start..<min(start + piece, bytes.count)])
                let change = zmtp_take(&stream, some, some.count, 1000, hasTopics)
                unfinished = change.unfinished + (change.has_ended ? 0 : unfinished)
                arrived += change.arrived
                topics += change.topics
                parts = Int(change.parts)
            }
        }

        mutating func greet(_ mechanism: String = "NULL", version: UInt8 = 3) {
            var greeting: [UInt8] = [0xFF, 0, 0, 0, 0, 0, 0, 0, 0, 0x7F, version]
            if version < 3 {
                send(greeting + [1])
            } else {
                greeting += [1] + Array(mechanism.utf8)
                send(greeting + [UInt8](repeating: 0, count: 64 - greeting.count))
            }
        }
    }

    private static func frame(_ body: [UInt8], more: Bool = false, command: Bool = false) -> [UInt8]
    {
        let flags: UInt8 = (more ? 1 : 0) | (body.count > 255 ? 2 : 0) | (command ? 4 : 0)
        guard body.count > 255 else { return [flags, UInt8(body.count)] + body }
        return [flags, 0, 0, 0, 0, 0, 0, UInt8(body.count >> 8), UInt8(body.count & 255)] + body
    }

    private static func command(_ name: String, _ rest: String = "") -> [UInt8] {
        frame([UInt8(name.utf8.count)] + Array(name.utf8) + Array(rest.utf8), command: true)
    }

    private static let part = Int64(PART)
    private static let topic = Int64(TOPIC)

    @Test(arguments: [1, 7, 4096])
    func `a message counts until it is whole, and its parts with it`(piece: Int) {
        var peer = Peer(piece: piece)
        peer.greet()
        peer.send(Self.command("READY", "Socket-Type"))
        #expect(peer.unfinished == 0 && peer.arrived == 0)
        peer.send(Self.frame([UInt8](repeating: 0, count: 300), more: true))
        peer.send(Self.frame([], more: true))
        #expect(peer.unfinished == 300 + 2 * Self.part && peer.parts == 2)
        // A heartbeat in between is no part.
        peer.send(Self.command("PING", "ab"))
        #expect(peer.parts == 2)
        peer.send(Self.frame([1, 2, 3]))
        #expect(peer.unfinished == 0 && peer.parts == 0)
        #expect(peer.arrived == 303 + 3 * Self.part)
    }

    @Test func `heartbeats leave nothing behind`() {
        var peer = Peer(hasTopics: true)
        peer.greet()
        for _ in 0..<100_000 { peer.send(Self.command("PING", "ab")) }
        #expect(peer.unfinished == 0 && peer.arrived == 0 && peer.topics == 0)
    }

    @Test(arguments: [UInt8(0), 1, 3])
    func `every version's frames are told apart`(version: UInt8) {
        var peer = Peer(piece: 5)
        peer.greet(version: version)
        let long = [UInt8](repeating: 9, count: 300)
        if version == 0 {
            peer.send([0xFF, 0, 0, 0, 0, 0, 0, 1, 45, 1] + long + [4, 1, 7, 8, 9])
        } else {
            peer.send(Self.frame(long, more: true) + Self.frame([7, 8, 9], more: true))
        }
        #expect(peer.unfinished == 303 + 2 * Self.part && peer.parts == 2)
        peer.send(version == 0 ? [1, 0] : Self.frame([]))
        #expect(peer.unfinished == 0)
    }

    @Test func `the oldest peers do not greet`() {
        var peer = Peer(piece: 3)
        // An identity of no bytes, and two parts.
        peer.send([1, 0] + [3, 1, 5, 5])
        #expect(peer.unfinished == 2 + Self.part)
        var other = Peer(piece: 4)
        // The identity has a long length, which looks like a greeting as far as it goes.
        other.send([0xFF, 0, 0, 0, 0, 0, 0, 0, 3, 0, 1, 2] + [3, 1, 5, 5])
        #expect(other.unfinished == 2 + Self.part)
    }

    @Test(arguments: [1, 4096])
    func `topics count once, and no more when they are taken back`(piece: Int) {
        var peer = Peer(hasTopics: true, piece: piece)
        peer.greet()
        for _ in 0..<3 { peer.send(Self.frame([1] + Array("camera".utf8))) }
        peer.send(Self.command("SUBSCRIBE", "camera"))
        #expect(peer.topics == 6 + Self.topic)
        peer.send(Self.command("SUBSCRIBE", "other") + Self.frame([0] + Array("camera".utf8)))
        #expect(peer.topics == 5 + Self.topic)
        // One that was never named takes nothing back, nor does one within a message of several parts.
        peer.send(Self.command("CANCEL", "never") + Self.frame([1, 1], more: true))
        peer.send(Self.command("CANCEL", "other") + Self.frame([0] + Array("other".utf8)))
        #expect(peer.topics == 5 + Self.topic + 1 + Self.topic)
        peer.send(Self.command("CANCEL", "other"))
        #expect(peer.topics == 1 + Self.topic)
        zmtp_reset(&peer.stream)
    }

    @Test func `a thousand topics come and go in any order`() {
        var peer = Peer(hasTopics: true)
        peer.greet()
        for turn in 0..<20 {
            for number in 0..<1000 { peer.send(Self.frame([1] + Array("t\(number)".utf8))) }
            #expect(peer.topics == 3890 + 1000 * Self.topic)
            for number in 0..<1000 {
                let other = (number &* 7 &+ turn) % 1000
                peer.send(Self.frame([0] + Array("t\(other)".utf8)))
            }
            #expect(peer.topics == 0)
        }
        zmtp_reset(&peer.stream)
    }

    @Test func `of encrypted messages the ends are not seen, but what they have is`() {
        var peer = Peer()
        peer.greet("CURVE")
        peer.send(Self.frame([UInt8](repeating: 0, count: 40)) + Self.frame([1, 2], command: true))
        #expect(peer.arrived == 42 + 2 * Self.part && peer.parts == 2 && peer.unfinished == 0)
        peer.send([0, 100, 1, 2])
        #expect(peer.unfinished == 2 + Self.part)
    }

    @Test func `a part beyond the limit is noticed when it is announced`() {
        var peer = Peer()
        peer.greet()
        peer.send(Self.frame([UInt8](repeating: 0, count: 1000)))
        #expect(!peer.stream.is_too_large)
        peer.send([2, 0x40, 0, 0, 0, 0, 0, 0, 0])
        #expect(peer.stream.is_too_large)
    }
}
