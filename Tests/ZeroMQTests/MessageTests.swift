import Testing
import ZeroMQ

@Suite struct MessageTests {
    @Test func `a new message is empty`() {
        let message = Message()
        #expect(Part(message) == Part([]))
        let count = message.count
        #expect(count == 0)
    }

    @Test func `one message serves ten thousand receives`() throws {
        var wire = try Wire()
        for round in 0..<10_000 {
            let sent = pattern(round % 70, seed: round)
            try wire.send(sent)
            let received = try wire.receive()
            try #require(received == Part(sent), "receive \(round)")
        }
    }

    @Test(arguments: [0, 33, 784])
    func `a received part is handed on and leaves its message empty`(count: Int) throws {
        var wire = try Wire()
        let end = try Socket(wire.context, .pull)
        try end.setReceiveTimeout(milliseconds: 5_000)
        try end.bind("inproc://end")
        let relay = try Socket(wire.context, .push)
        try relay.connect("inproc://end")
        try wire.send(pattern(count))
        _ = try wire.receive()
        let isRelayed = try relay.send(&wire.message, more: true)
        #expect(isRelayed)
        #expect(Part(wire.message) == Part([]))
        _ = try relay.send("last")
        #expect(try end.receive() == Part(pattern(count), more: true))
        #expect(try end.receive() == Part("last"))
    }

    @Test func `a part that would block stays in its message`() throws {
        var wire = try Wire()
        try wire.send(pattern(784))
        _ = try wire.receive()
        let nobody = try Socket(wire.context, .push)
        let isSent = try nobody.send(&wire.message, blocking: false)
        #expect(!isSent)
        #expect(Part(wire.message) == Part(pattern(784)))
    }
}
