import Testing
import ZeroMQ

@Suite struct CurveKeyPairTests {
    @Test func `a pair is two keys of 40 characters, and no two pairs are alike`() throws {
        let one = try CurveKeyPair.generate()
        let other = try CurveKeyPair.generate()
        #expect(Set([one.publicKey, one.secretKey, other.publicKey, other.secretKey]).count == 4)
        #expect(one.publicKey.utf8.count == 40)
        #expect(one.secretKey.utf8.count == 40)
    }

    @Test func `the public key follows from the secret one`() throws {
        let pair = try CurveKeyPair.generate()
        #expect(try CurveKeyPair(secretKey: pair.secretKey).publicKey == pair.publicKey)
    }

    @Test func `neither printing nor dumping reveals the secret`() throws {
        let pair = try CurveKeyPair.generate()
        var dumped = ""
        dump(pair, to: &dumped)
        dump([pair], to: &dumped)
        for text in [String(describing: pair), String(reflecting: pair), "\([pair])", dumped] {
            #expect(text.contains(pair.publicKey))
            #expect(!text.contains(pair.secretKey))
        }
    }

    @Test(arguments: [0, 1, 39, 41, 400])
    func `a key of the wrong length is refused and not repeated`(count: Int) throws {
        let secret = String(repeating: "s", count: count)
        let context = try Context()
        let socket = try Socket(context, .pull)
        for error in [
            failure { _ = try CurveKeyPair(secretKey: secret) },
            failure { try socket.setCurveServer(secretKey: secret) },
        ] {
            #expect(error?.description.hasSuffix("that is no key of 40 Z85 characters") == true)
            #expect(error?.subject == "")
        }
    }

    @Test func `a key of foreign characters is refused`() {
        let secret = String(repeating: "~", count: 40)
        #expect(failure { _ = try CurveKeyPair(secretKey: secret) } != nil)
    }

    @Test func `only the client that knows the server is heard`() throws {
        let context = try Context()
        let serverKeys = try CurveKeyPair.generate()
        let pull = try Socket(context, .pull)
        try pull.setCurveServer(secretKey: serverKeys.secretKey)
        try pull.setReceiveTimeout(milliseconds: 5_000)
        try pull.bind("tcp://127.0.0.1:*")

        let plain = try Socket(context, .push)
        try plain.connect(try pull.lastEndpoint())
        _ = try plain.send("in clear")
        let mistaken = try Socket(context, .push)
        try mistaken.setCurveClient(
            serverKey: try CurveKeyPair.generate().publicKey, keyPair: try .generate())
        try mistaken.connect(try pull.lastEndpoint())
        _ = try mistaken.send("for another server")
        let knowing = try Socket(context, .push)
        try knowing.setCurveClient(serverKey: serverKeys.publicKey, keyPair: try .generate())
        try knowing.connect(try pull.lastEndpoint())
        _ = try knowing.send("for this server")

        #expect(try pull.receive() == Part("for this server"))
        // The others connected first and keep trying every 100 ms.
        var poller = Poller(capacity: 1)
        _ = poller.add(pull)
        #expect(try poller.wait(milliseconds: 300) == 0)
    }
}
