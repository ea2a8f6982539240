import Control
import Files
import Foundation
import Testing
import ZeroMQ

@Suite struct CurveTests {
    /// A daemon that asks for keys, and a folder with its secret and its list.
    private final class Guarded {
        let folder = NSTemporaryDirectory() + "elbod-curve-\(UUID())"
        let server: CurveKeyPair
        let (camera, screen): (CurveKeyPair, CurveKeyPair)
        let (desk, stranger): (CurveKeyPair, CurveKeyPair)
        let replay: CurveKeyPair
        let (ingest, publish, control): (String, String, String)
        let daemon: DaemonProcess

        init() throws {
            server = try .generate()
            (camera, screen) = (try .generate(), try .generate())
            (desk, stranger) = (try .generate(), try .generate())
            replay = try .generate()
            (ingest, publish, control) = (
                try Self.freeAddress(), try Self.freeAddress(), try Self.freeAddress()
            )
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true)
            try writeFileAtomically(
                Array(server.secretKey.utf8), to: folder + "/secret", mode: 0o600)
            try Self.write(
                [
                    ("camera", camera, "send"), ("screen", screen, "receive"),
                    ("desk", desk, "control"), ("replay", replay, "send, receive"),
                ], to: folder)
            daemon = try DaemonProcess([
                "--model", DaemonProcess.model, "--ingest", "pull+bind:\(ingest)", "--publish",
                "pub+bind:\(publish)", "--curve-secret", folder + "/secret", "--clients",
                folder + "/clients.yaml", "--remote-control", control,
            ])
            #expect(daemon.notification()?.hasPrefix("READY=1") == true)
        }

        func list(_ clients: [(name: String, pair: CurveKeyPair, right: String)]) throws {
            try Self.write(clients, to: folder)
        }

        private static func write(
            _ clients: [(name: String, pair: CurveKeyPair, right: String)], to folder: String
        ) throws {
            let text = clients.map {
                "\($0.name): {key: \"\($0.pair.publicKey)\", rights: [\($0.right)]}\n"
            }.joined()
            try writeFileAtomically(Array(text.utf8), to: folder + "/clients.yaml")
        }

        /// An address that nobody uses at this moment.
        static func freeAddress() throws -> String {
            let socket = try Socket(Context(), .pull)
            try socket.bind("tcp://127.0.0.1:*")
            return try socket.lastEndpoint()
        }

        deinit { try? FileManager.default.removeItem(atPath: folder) }
    }

    private let context: Context

    init() throws { context = try Context() }

    /// A socket with this key, or none, connected to `address`.
    private func socket(
        _ kind: Socket.Kind, _ address: String, _ pair: CurveKeyPair?, server: String
    ) throws -> Socket {
        let socket = try Socket(context, kind)
        if let pair { try socket.setCurveClient(serverKey: server, keyPair: pair) }
        try socket.setSendTimeout(milliseconds: 300)
        try socket.setReceiveTimeout(milliseconds: 5000)
        // Nothing queues for a peer that is not there, so a refused sender cannot send.
        try socket.setImmediate(true)
        if kind == .sub { try socket.subscribe("") }
        try socket.connect(address)
        return socket
    }

    private func send(_ socket: borrowing Socket, _ sequence: Int) throws -> Bool {
        let header = "{\"dtype\":\"uint8\",\"shape\":[28,28],\"seq\":\(sequence)}"
        guard try socket.send(header, more: true) else { return false }
        return try socket.send([UInt8](repeating: 0, count: 784).span)
    }

    private func receive(_ socket: borrowing Socket) throws -> String? {
        var message = Message()
        guard try socket.receive(into: &message) else { return nil }
        _ = try socket.receive(into: &message)
        let bytes = message.bytes
        return String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self)
    }

    @Test func `a listed client may do what it is listed for, and nobody else anything`() throws {
        let guarded = try Guarded()
        let server = guarded.server.publicKey
        let screen = try socket(.sub, guarded.publish, guarded.screen, server: server)
        #expect(try receive(screen)?.contains("elbod.status/1") == true)
        let camera = try socket(.push, guarded.ingest, guarded.camera, server: server)
        // The first message waits for the handshake.
        try camera.setSendTimeout(milliseconds: 10_000)
        #expect(try send(camera, 1))
        var line = ""
        while !line.contains("elbod.verdict/1"), let next = try receive(screen) { line = next }
        #expect(line.contains("\"seq\":1"))
        let wrong = CurveKeyPair.self
        for (pair, key) in [
            (guarded.stranger as CurveKeyPair?, server), (guarded.screen, server), (nil, server),
            (guarded.camera, try wrong.generate().publicKey),
        ] {
            let intruder = try socket(.push, guarded.ingest, pair, server: key)
            #expect(try !send(intruder, 666))
        }
        for pair in [guarded.stranger as CurveKeyPair?, guarded.camera, nil] {
            let spy = try socket(.sub, guarded.publish, pair, server: server)
            try spy.setReceiveTimeout(milliseconds: 1500)
            #expect(try receive(spy) == nil)
        }
        let (status, log) = guarded.daemon.stop()
        #expect(status == 0 && log.contains("received 1 = scored 1"), "\(log)")
        #expect(log.contains("turned away") && !log.contains(guarded.server.secretKey))
    }

    @Test func `a client that loses its right is cut off within a second, and others go on`() throws
    {
        let guarded = try Guarded()
        let server = guarded.server.publicKey
        let camera = try socket(.push, guarded.ingest, guarded.camera, server: server)
        try camera.setSendTimeout(milliseconds: 10_000)
        #expect(try send(camera, 1))
        try guarded.list([("screen", guarded.screen, "receive")])
        let start = ContinuousClock.now
        try camera.setSendTimeout(milliseconds: 100)
        var sequence = 2
        while try send(camera, sequence) {
            sequence += 1
            #expect(ContinuousClock.now - start < .seconds(5), "the client still sends")
            guard ContinuousClock.now - start < .seconds(5) else { return }
        }
        #expect(ContinuousClock.now - start < .seconds(1.5))
        let screen = try socket(.sub, guarded.publish, guarded.screen, server: server)
        var line = try receive(screen)
        // Frames of the camera from before it was cut off may still be on their way to verdicts.
        while line?.contains("elbod.verdict/1") == true { line = try receive(screen) }
        #expect(line?.contains("elbod.status/1") == true, "\(line ?? "nothing")")
        #expect(guarded.daemon.stop().status == 0)
    }

    @Test func `who may steer steers from elsewhere, until that right is taken`() throws {
        let guarded = try Guarded()
        let ask = { (pair: CurveKeyPair, seconds: Int) in
            try ControlClient(
                context, address: guarded.control, keys: (guarded.server.publicKey, pair)
            ).ask(.status, seconds: seconds) as Status
        }
        #expect(try ask(guarded.desk, 10).received == 0)
        for pair in [guarded.camera, guarded.stranger] {
            #expect(throws: ControlError.self) { try ask(pair, 1) }
        }
        let desk = try ControlClient(
            context, address: guarded.control, keys: (guarded.server.publicKey, guarded.desk))
        let _: Status = try desk.ask(.status)
        try guarded.list([("camera", guarded.camera, "send"), ("desk", guarded.desk, "receive")])
        let start = ContinuousClock.now
        while (try? desk.ask(.status, seconds: 1) as Status) != nil,
            ContinuousClock.now - start < .seconds(5)
        {}
        #expect(ContinuousClock.now - start < .seconds(2.5), "the desk still steers")
        #expect(guarded.daemon.stop().status == 0)
    }

    @Test func `there is no updater from elsewhere without keys`() throws {
        let daemon = try DaemonProcess([
            "--model", DaemonProcess.model, "--ingest", "pull+bind:tcp://127.0.0.1:*", "--publish",
            "pub+bind:tcp://127.0.0.1:*", "--remote-control", "tcp://127.0.0.1:*",
        ])
        let (status, log) = daemon.end()
        #expect(status == 78 && log.contains("curve_secret"), "\(status): \(log)")
    }

    @Test func `elbo-replay streams at a daemon that asks for keys`() throws {
        let guarded = try Guarded()
        let secret = guarded.folder + "/replay"
        try writeFileAtomically(Array(guarded.replay.secretKey.utf8), to: secret, mode: 0o600)
        let replay = Process()
        replay.executableURL = DaemonProcess.executable.deletingLastPathComponent()
            .appendingPathComponent("elbo-replay")
        replay.arguments = [
            "--builtin", "--model", DaemonProcess.model, "--count", "200", "--endpoint",
            guarded.ingest, "--verdicts", guarded.publish, "--server-key",
            guarded.server.publicKey, "--curve-secret", secret, "--json",
        ]
        (replay.standardError, replay.standardOutput) = (Pipe(), Pipe())
        try replay.run()
        replay.waitUntilExit()
        #expect(replay.terminationStatus == 0)
        let (end, log) = guarded.daemon.stop()
        #expect(end == 0 && log.contains("received 200 = scored 200"), "\(log)")
    }
}
