import Testing
import ZeroMQ

@Suite struct TCPAddressTests {
    @Test(
        arguments: [
            ("tcp://127.0.0.1:5555", TCPAddress.Host.v4([127, 0, 0, 1]), 5555, true, false),
            ("tcp://127.9.8.7:1", .v4([127, 9, 8, 7]), 1, true, false),
            ("tcp://192.0.2.1:65535", .v4([192, 0, 2, 1]), 65535, false, false),
            ("tcp://*:5555", .any, 5555, false, true),
            ("tcp://0.0.0.0:*", .v4([0, 0, 0, 0]), 0, false, true),
            ("tcp://[::]:0", .v6(Array(repeating: 0, count: 16), scope: nil), 0, false, true),
            (
                "tcp://[::1]:80", .v6(Array(repeating: 0, count: 15) + [1], scope: nil), 80, true,
                false
            ),
            ("tcp://localhost:80", .name("localhost"), 80, true, false),
            ("tcp://eth0:80", .name("eth0"), 80, false, false),
            ("tcp://127.0.0.1.example:80", .name("127.0.0.1.example"), 80, false, false),
        ] as [(String, TCPAddress.Host, UInt16, Bool, Bool)])
    func `an address is read as what it is`(
        text: String, host: TCPAddress.Host, port: UInt16, isLoopback: Bool, isWildcard: Bool
    ) throws {
        let address = try TCPAddress(text)
        #expect(address.host == host && address.port == port && address.text == text)
        #expect(address.isLoopback == isLoopback && address.isWildcard == isWildcard)
    }

    @Test
    func `an IPv4 address may be written as an IPv6 one, and a link-local one names its link`()
        throws
    {
        #expect(try TCPAddress("tcp://[::ffff:127.0.0.1]:80").isLoopback)
        #expect(try !TCPAddress("tcp://[::ffff:192.0.2.1]:80").isLoopback)
        let address = [0xfe, 0x80] + [UInt8](repeating: 0, count: 13) + [1]
        let linked = try TCPAddress("tcp://[fe80::1%eth0]:80")
        #expect(linked.host == .v6(address, scope: "eth0"))
    }

    @Test(arguments: [
        "", "5555", "udp://127.0.0.1:1", "tcp://", "tcp://:5555", "tcp://127.0.0.1",
        "tcp://127.0.0.1:",
        "tcp://127.0.0.1:65536", "tcp://127.0.0.1:99999", "tcp://127.0.0.1:55x5",
        "tcp://127.0.0.1:+55", "tcp://127.0.0.1:-1", "tcp://127.0.0.1: 55", "tcp://127.0.0.1:55 ",
        "tcp://127.0.0.1:0;192.0.2.1:5555", "tcp://eth0;192.0.2.1:5555", "tcp://::1:5555",
        "tcp://[::1:5555", "tcp://[::g]:5555", "tcp://[127.0.0.1]:5555", "tcp://[::1]x:5555",
        "tcp://[fe80::1%]:5555", "tcp://256.0.0.1:1", "tcp://127.1:1", "tcp://a/b:1", "tcp://a@b:1",
    ])
    func `what is no address is refused with what would be one`(text: String) throws {
        let flaw = try #require(throws: TCPAddress.Flaw.self) { try TCPAddress(text) }
        #expect(!flaw.expected.isEmpty)
    }

    /// A pusher that connects to what a puller is bound to, and one message between them.
    @Test(arguments: [
        ("tcp://[::1]:*", "tcp://[::1]:"), ("tcp://localhost:*", "tcp://localhost:"),
        ("tcp://lo:*", "tcp://127.0.0.1:"), ("tcp://[::]:*", "tcp://127.0.0.1:"),
        ("tcp://[::]:*", "tcp://[::1]:"), ("tcp://*:*", "tcp://127.0.0.1:"),
    ])
    func `peers meet at every kind of address`(bound: String, connected: String) throws {
        let context = try Context()
        let pull = try Socket(context, .pull)
        try pull.setReceiveTimeout(milliseconds: 10_000)
        try pull.bind(bound)
        let port = try pull.lastEndpoint().split(separator: ":").last ?? ""
        let push = try Socket(context, .push)
        try push.connect(connected + port)
        _ = try push.send("hello")
        var message = Message()
        let hasArrived = try pull.receive(into: &message)
        #expect(hasArrived)
        let text = message.copy
        #expect(text == Array("hello".utf8))
    }

    @Test func `a socket that has spoken IPv6 binds every IPv4 address as before`() throws {
        let socket = try Socket(Context(), .pull)
        try socket.bind("tcp://[::1]:*")
        try socket.bind("tcp://*:*")
        #expect(try socket.lastEndpoint().hasPrefix("tcp://0.0.0.0:"))
    }
}
