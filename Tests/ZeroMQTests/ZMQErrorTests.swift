import Testing
import ZeroMQ

@Suite struct ZMQErrorTests {
    @Test(arguments: [
        (
            "tcp://1.2.3.4:5555",
            "no interface of this machine has that address; bind one it has, or * for all of them"
        ),
        (
            "tcp://nowhere0:5555",
            "no interface of this machine has that name or address; bind one it has, localhost, or * "
                + "for all of them"
        ),
        (
            "tcp://5555",
            "malformed endpoint; expected tcp://host:port with a port of 1 to 65535 and IPv6 "
                + "addresses in brackets, ipc:///path or inproc://name"
        ),
        (
            "ipc:///no/such/directory/socket",
            "no such directory; create it first, or let systemd do so with RuntimeDirectory="
        ),
        ("http://localhost:5555", "unknown transport; expected tcp://, ipc:// or inproc://"),
        (
            "udp://127.0.0.1:5555",
            "this kind of socket cannot use that transport; use tcp://, ipc:// or inproc://"
        ),
        (
            "ipc:///tmp/" + String(repeating: "x", count: 200),
            "the path is too long; an ipc:// path may have 107 bytes"
        ),
    ])
    func `a refused bind says why and what to do`(endpoint: String, reason: String) throws {
        let context = try Context()
        let socket = try Socket(context, .pull)
        #expect(
            failure { try socket.bind(endpoint) }?.description
                == "cannot bind \(endpoint): \(reason)")
    }

    @Test func `an error without a subject reads as a sentence too`() {
        let error = ZMQError(code: ZMQError.terminated, operation: "receive")
        #expect(error.description == "cannot receive: the context was shut down")
        #expect(error.isTerminated)
    }

    @Test func `an errno without advice is named by the library`() {
        // EPIPE
        #expect(ZMQError(code: 32, operation: "send").description == "cannot send: Broken pipe")
    }

    @Test func `errors are equal when all of what they say is`() {
        let error = ZMQError(code: 1, operation: "bind", subject: "a")
        #expect(error == ZMQError(code: 1, operation: "bind", subject: "a"))
        #expect(error != ZMQError(code: 2, operation: "bind", subject: "a"))
        #expect(error != ZMQError(code: 1, operation: "bind", subject: "b"))
        #expect(!error.isTerminated)
    }
}
