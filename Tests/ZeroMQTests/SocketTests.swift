import Testing
import ZeroMQ

@Suite struct SocketTests {
    @Test func `a port in use is a sentence an operator can act on`() throws {
        let context = try Context()
        let first = try Socket(context, .pull)
        try first.bind("tcp://127.0.0.1:*")
        let endpoint = try first.lastEndpoint()
        let second = try Socket(context, .pull)
        let error = failure { try second.bind(endpoint) }
        #expect(
            error
                == ZMQError(
                    code: ZMQError.addressInUse, operation: "bind", subject: endpoint))
        #expect(
            error?.description
                == "cannot bind \(endpoint): address already in use; is another daemon running?")
    }

    @Test func `an endpoint is free again once unbound`() throws {
        let context = try Context()
        let first = try Socket(context, .pull)
        #expect(try first.lastEndpoint() == "")
        try first.bind("inproc://taken")
        #expect(try first.lastEndpoint() == "inproc://taken")
        let second = try Socket(context, .pull)
        #expect(failure { try second.bind("inproc://taken") }?.code == ZMQError.addressInUse)
        try first.unbind("inproc://taken")
        try second.bind("inproc://taken")
    }

    @Test func `disconnecting leaves nobody to send to`() throws {
        let wire = try Wire()
        try wire.push.disconnect("inproc://wire")
        let sent = try wire.push.send("lost", blocking: false)
        #expect(!sent)
        #expect(failure { try wire.push.disconnect("inproc://wire") } != nil)
    }

    @Test(arguments: [
        "", "5555", "tcp://127.0.0.1", "tcp://127.0.0.1:", "tcp://127.0.0.1:99999",
        "tcp://127.0.0.1:55x5", "tcp://127.0.0.1:+55", "tcp://127.0.0.1:-1", "inproc://",
    ])
    func `a malformed endpoint is refused`(endpoint: String) throws {
        let context = try Context()
        let socket = try Socket(context, .pull)
        #expect(failure { try socket.bind(endpoint) }?.code == ZMQError.invalidArgument)
        #expect(failure { try socket.connect(endpoint) }?.code == ZMQError.invalidArgument)
    }

    @Test func `no port but a given one can be connected to`() throws {
        let context = try Context()
        let socket = try Socket(context, .push)
        for endpoint in ["tcp://127.0.0.1:0", "tcp://127.0.0.1:*"] {
            #expect(failure { try socket.connect(endpoint) }?.code == ZMQError.invalidArgument)
        }
        let bound = try Socket(context, .pull)
        try bound.bind("tcp://127.0.0.1:0")
        #expect(try !bound.lastEndpoint().hasSuffix(":0"))
    }

    @Test func `every kind of socket can be opened`() throws {
        let context = try Context()
        let kinds: [Socket.Kind] = [
            .pub, .sub, .push, .pull, .pair, .router, .dealer, .req, .rep, .xpub, .xsub,
        ]
        for kind in kinds { _ = try Socket(context, kind) }
    }

    @Test func `every option takes an ordinary value`() throws {
        let context = try Context()
        let socket = try Socket(context, .xpub)
        try socket.setLinger(milliseconds: 500)
        try socket.setSendHighWater(10)
        try socket.setReceiveHighWater(10)
        try socket.setMaximumMessageBytes(1 << 33)
        try socket.setImmediate(true)
        try socket.setNoDrop(true)
        try socket.setTCPKeepalive(idle: 30, interval: 10, count: 3)
        try socket.setHandshakeInterval(milliseconds: 5_000)
        try socket.setReconnect(interval: 100, maximum: 5_000)
        try socket.setSendTimeout(milliseconds: -1)
        try socket.setReceiveTimeout(milliseconds: -1)
        try socket.bind("tcp://127.0.0.1:*")
    }

    @Test(arguments: [-2, Int.min, Int.max])
    func `an option out of range is an error that names it`(value: Int) throws {
        let context = try Context()
        let socket = try Socket(context, .pull)
        let error = failure { try socket.setReceiveHighWater(value) }
        #expect(
            error?.description == """
                cannot set the receive high-water mark to \(value): \
                the value is out of range, or not one for this kind of socket
                """)
    }

    @Test func `an oversized part is not delivered and other senders are`() throws {
        let context = try Context()
        let limited = try Socket(context, .pull)
        try limited.setMaximumMessageBytes(100)
        try limited.setReceiveTimeout(milliseconds: 5_000)
        try limited.bind("tcp://127.0.0.1:*")
        let hostile = try Socket(context, .push)
        try hostile.connect(try limited.lastEndpoint())
        _ = try hostile.send(pattern(101).span)
        let honest = try Socket(context, .push)
        try honest.connect(try limited.lastEndpoint())
        _ = try honest.send(pattern(100).span)
        #expect(try limited.receive() == Part(pattern(100)))
    }
}
