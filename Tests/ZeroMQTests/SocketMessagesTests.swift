import Testing
import ZeroMQ

@Suite struct SocketMessagesTests {
    // libzmq keeps parts of up to 33 bytes inside the message and longer ones outside.
    @Test(
        arguments: [0, 1, 33, 34, 784, 100_000],
        ["inproc://wire", "tcp://127.0.0.1:*", "ipc://*"])
    func `a part arrives as it was sent`(count: Int, endpoint: String) throws {
        var wire = try Wire(endpoint)
        try wire.send(pattern(count))
        #expect(try wire.receive() == Part(pattern(count)))
    }

    @Test func `each part of a message says whether more follow`() throws {
        var wire = try Wire("tcp://127.0.0.1:*")
        for round in 0..<3 {
            let header = Part(pattern(150, seed: round), more: true)
            let pixels = Part(pattern(784, seed: round))
            try wire.send(header.bytes, more: true)
            try wire.send([], more: true)
            try wire.send(pixels.bytes)
            #expect(try wire.receive() == header)
            #expect(try wire.receive() == Part([], more: true))
            #expect(try wire.receive() == pixels)
        }
    }

    @Test func `text is sent as UTF-8`() throws {
        let wire = try Wire()
        _ = try wire.push.send("größer als fünfzehn Bytes", more: true)
        _ = try wire.push.send("")
        #expect(try wire.pull.receive() == Part("größer als fünfzehn Bytes", more: true))
        #expect(try wire.pull.receive() == Part(""))
    }

    @Test func `nothing to receive is a value and not an error`() throws {
        let wire = try Wire()
        #expect(try wire.pull.receive(blocking: false) == nil)
        try wire.pull.setReceiveTimeout(milliseconds: 1)
        #expect(try wire.pull.receive() == nil)
    }

    @Test func `what a message held is gone after a receive that found nothing`() throws {
        var wire = try Wire()
        try wire.send(pattern(784))
        _ = try wire.receive()
        let received = try wire.pull.receive(into: &wire.message, blocking: false)
        #expect(!received)
        #expect(Part(wire.message) == Part([]))
    }

    @Test func `nobody to send to is a value and not an error`() throws {
        let context = try Context()
        let push = try Socket(context, .push)
        let atOnce = try push.send("a", blocking: false)
        #expect(!atOnce)
        try push.setSendTimeout(milliseconds: 1)
        let afterTimeout = try push.send("a")
        #expect(!afterTimeout)
    }

    @Test(arguments: [false, true])
    func `a push queues for an absent peer only unless immediate`(isImmediate: Bool) throws {
        let context = try Context()
        let push = try Socket(context, .push)
        try push.setImmediate(isImmediate)
        try push.setSendHighWater(2)
        // Nobody listens on port 1.
        try push.connect("tcp://127.0.0.1:1")
        #expect(try accepted(by: push) == (isImmediate ? 0 : 2))
    }

    @Test func `the high-water marks of both sides add up over inproc`() throws {
        let context = try Context()
        let pull = try Socket(context, .pull)
        try pull.setReceiveHighWater(3)
        try pull.bind("inproc://marks")
        let push = try Socket(context, .push)
        try push.setSendHighWater(4)
        try push.connect("inproc://marks")
        #expect(try accepted(by: push) == 7)
    }

    @Test func `a subscriber receives what starts with its prefix`() throws {
        let context = try Context()
        let publisher = try Socket(context, .xpub)
        try publisher.setReceiveTimeout(milliseconds: 5_000)
        try publisher.bind("inproc://news")
        let subscriber = try Socket(context, .sub)
        try subscriber.setReceiveTimeout(milliseconds: 5_000)
        try subscriber.connect("inproc://news")
        try subscriber.subscribe("weather/")
        try subscriber.subscribe("sport/")
        try subscriber.unsubscribe("sport/")
        // An xpub hears of subscriptions (1) and of their ends (0): nothing is sent too early.
        #expect(try publisher.receive() == Part("\u{1}weather/"))
        #expect(try publisher.receive() == Part("\u{1}sport/"))
        #expect(try publisher.receive() == Part("\u{0}sport/"))
        for topic in ["sport/a", "weather/b", "weather", "weather/c"] {
            _ = try publisher.send(topic)
        }
        #expect(try subscriber.receive() == Part("weather/b"))
        #expect(try subscriber.receive() == Part("weather/c"))
        #expect(try subscriber.receive(blocking: false) == nil)
    }

    @Test(arguments: [false, true])
    func `a full publisher drops silently only unless told not to`(isNoDrop: Bool) throws {
        let context = try Context()
        let publisher = try Socket(context, .xpub)
        try publisher.setSendHighWater(1)
        try publisher.setNoDrop(isNoDrop)
        try publisher.setReceiveTimeout(milliseconds: 5_000)
        try publisher.bind("inproc://news")
        let subscriber = try Socket(context, .sub)
        try subscriber.setReceiveHighWater(1)
        try subscriber.connect("inproc://news")
        try subscriber.subscribe("")
        #expect(try publisher.receive() == Part("\u{1}"))
        #expect(try accepted(by: publisher) == (isNoDrop ? 2 : 10))
    }

    @Test func `what a socket cannot do is an error`() throws {
        let wire = try Wire()
        let sending = failure { _ = try wire.pull.send("a") }
        #expect(sending?.description == "cannot send: this kind of socket cannot do that")
        let receiving = failure { _ = try wire.push.receive() }
        #expect(receiving?.description == "cannot receive: this kind of socket cannot do that")
    }

    // How many of ten messages find room.
    private func accepted(by socket: borrowing Socket) throws -> Int {
        var count = 0
        while count < 10, try socket.send("a", blocking: false) { count += 1 }
        return count
    }
}
