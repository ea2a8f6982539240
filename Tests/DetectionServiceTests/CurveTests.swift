import Control
import ControlClients
import Files
import Foundation
import Glibc
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
        let http: String
        let isLinked: Bool
        let daemon: DaemonProcess

        init(linked: Bool = false, role: String = "pull") throws {
            isLinked = linked
            server = try .generate()
            (camera, screen) = (try .generate(), try .generate())
            (desk, stranger) = (try .generate(), try .generate())
            replay = try .generate()
            (ingest, publish, control) = (
                try Self.freeAddress(), try Self.freeAddress(), try Self.freeAddress()
            )
            http = try Self.freeAddress().replacingOccurrences(of: "tcp://", with: "")
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true)
            try writeFileAtomically(
                Array(server.secretKey.utf8), to: folder + "/secret", mode: 0o600)
            if linked {
                try FileManager.default.createSymbolicLink(
                    atPath: folder + "/clients.yaml", withDestinationPath: "..data/clients.yaml")
            }
            try Self.write(
                [
                    ("camera", camera, "send"), ("screen", screen, "receive"),
                    ("desk", desk, linked ? "send, control" : "control"),
                    ("replay", replay, "send, receive"),
                ], to: folder, linked: linked)
            daemon = try DaemonProcess([
                "--model", DaemonProcess.model, "--ingest", "\(role)+bind:\(ingest)", "--publish",
                "pub+bind:\(publish)", "--curve-secret", folder + "/secret", "--clients",
                folder + "/clients.yaml", "--remote-control", control, "--http", http,
            ])
            #expect(daemon.notification()?.hasPrefix("READY=1") == true)
        }

        func list(_ clients: [(name: String, pair: CurveKeyPair, right: String)]) throws {
            try Self.write(clients, to: folder, linked: isLinked)
        }

        private static func write(
            _ clients: [(name: String, pair: CurveKeyPair, right: String)], to folder: String,
            linked: Bool
        ) throws {
            let text = clients.map {
                "\($0.name): {key: \"\($0.pair.publicKey)\", rights: [\($0.right)]}\n"
            }.joined()
            guard linked else {
                return try writeFileAtomically(
                    Array(text.utf8), to: folder + "/clients.yaml")
            }
            let data = "data-\(UUID())"
            try FileManager.default.createDirectory(
                atPath: folder + "/" + data, withIntermediateDirectories: true)
            try writeFileAtomically(Array(text.utf8), to: "\(folder)/\(data)/clients.yaml")
            try FileManager.default.createSymbolicLink(
                atPath: folder + "/..new", withDestinationPath: data)
            #expect(rename(folder + "/..new", folder + "/..data") == 0)
        }

        /// Whether `/readyz` says within ten seconds that the daemon is ready, or that it is not.
        func isReady(_ expected: Bool) -> Bool {
            let start = ContinuousClock.now
            while ContinuousClock.now - start < .seconds(10) {
                let answer = HTTPAnswer(http, "/readyz")
                if answer.status == (expected ? 200 : 503) { return true }
            }
            return false
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
        try send(socket, "camera", sequence)
    }

    private func send(
        _ socket: borrowing Socket, _ source: String, _ sequence: Int
    ) throws -> Bool {
        let header =
            "{\"dtype\":\"uint8\",\"shape\":[28,28],\"seq\":\(sequence),\"source\":\"\(source)\"}"
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

    /// Swaps the list as a Kubernetes ConfigMap is: a new folder, and a link renamed over the old.
    @Test func `whose right is taken is cut, and nobody else loses a frame or a verdict`() throws {
        let guarded = try Guarded(linked: true)
        let server = guarded.server.publicKey
        let screen = try socket(.sub, guarded.publish, guarded.screen, server: server)
        let spy = try socket(.sub, guarded.publish, guarded.replay, server: server)
        #expect(try receive(screen)?.contains("elbod.status/1") == true)
        #expect(try receive(spy)?.contains("elbod.status/1") == true)
        let camera = try socket(.push, guarded.ingest, guarded.camera, server: server)
        let idle = try socket(.push, guarded.ingest, guarded.camera, server: server)
        let revoked = try socket(.push, guarded.ingest, guarded.desk, server: server)
        for sequence in 0..<100 {
            try camera.setSendTimeout(milliseconds: 10_000)
            try revoked.setSendTimeout(milliseconds: 10_000)
            #expect(try send(camera, "kept", sequence))
            #expect(try send(revoked, "taken", sequence))
        }
        try guarded.list([
            ("camera", guarded.camera, "send"), ("screen", guarded.screen, "receive"),
            ("desk", guarded.desk, "control"), ("replay", guarded.replay, "send"),
        ])
        let start = ContinuousClock.now
        try revoked.setSendTimeout(milliseconds: 0)
        var (sequence, isCut) = (100, false)
        var heard = (kept: 0, published: 0, idle: false)
        func hear() throws {
            guard let line = try receive(screen), line.contains("elbod.verdict/1") else { return }
            heard.published += 1
            #expect(
                line.contains("\"pub_seq\":\(heard.published),")
                    || line.contains("\"pub_seq\":\(heard.published)}"))
            if line.contains("\"source\":\"kept\"") {
                #expect(line.contains("\"seq\":\(heard.kept),"))
                heard.kept += 1
            }
            if line.contains("\"source\":\"idle\"") { heard.idle = true }
        }
        while !isCut, ContinuousClock.now - start < .seconds(10) {
            #expect(try send(camera, "kept", sequence))
            sequence += 1
            // More than a subscriber may be behind would be lost to it.
            while heard.kept < sequence - 500 { try hear() }
            isCut = try !send(revoked, "taken", sequence)
        }
        #expect(isCut && ContinuousClock.now - start < .seconds(5))
        // The spy is cut at the same look as the sender: it hears what was published before, and then
        // not even the status of every second.
        try spy.setReceiveTimeout(milliseconds: 1500)
        while ContinuousClock.now - start < .seconds(20), try receive(spy) != nil {}
        for _ in 0..<200 {
            #expect(try send(camera, "kept", sequence))
            sequence += 1
        }
        // This one was silent all the time and is still connected: nothing waits for a handshake.
        try idle.setSendTimeout(milliseconds: 0)
        #expect(try send(idle, "idle", 0))
        while !(heard.kept == sequence && heard.idle) {
            #expect(ContinuousClock.now - start < .seconds(60))
            guard ContinuousClock.now - start < .seconds(60) else { break }
            try hear()
        }
        #expect(heard.kept == sequence && heard.idle)
        // What had been published before it was cut, and then nothing.
        #expect(try receive(spy) == nil)
        let (status, log) = guarded.daemon.stop()
        #expect(status == 0)
        #expect(log.contains("client=desk") && log.contains("client=replay"), "\(log)")
        #expect(!log.contains("client=camera") && !log.contains("client=screen"), "\(log)")
    }

    @Test func `nobody new is let in while the list is broken, and who is in stays`() throws {
        let guarded = try Guarded()
        let server = guarded.server.publicKey
        let camera = try socket(.push, guarded.ingest, guarded.camera, server: server)
        try camera.setSendTimeout(milliseconds: 10_000)
        #expect(try send(camera, 1))
        try writeFileAtomically(Array("camera: [".utf8), to: guarded.folder + "/clients.yaml")
        #expect(guarded.isReady(false))
        let late = try socket(.push, guarded.ingest, guarded.replay, server: server)
        #expect(try !send(late, 1))
        #expect(try send(camera, 2))
        try guarded.list([("replay", guarded.replay, "send")])
        #expect(guarded.isReady(true))
        try late.setSendTimeout(milliseconds: 10_000)
        #expect(try send(late, 2))
        let (status, log) = guarded.daemon.stop()
        #expect(status == 0 && log.contains("clients.yaml"), "\(log)")
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

    @Test func `a sender that waits for replies gets none once its right is taken`() throws {
        let guarded = try Guarded(role: "router")
        let sender = try socket(
            .req, guarded.ingest, guarded.camera, server: guarded.server.publicKey)
        try sender.setSendTimeout(milliseconds: 10_000)
        #expect(try send(sender, 0))
        var reply = Message()
        #expect(try sender.receive(into: &reply))
        // Whoever is cut can neither send nor receive.
        try sender.setSendTimeout(milliseconds: 1000)
        try sender.setReceiveTimeout(milliseconds: 1000)
        try guarded.list([("desk", guarded.desk, "control")])
        let start = ContinuousClock.now
        var sequence = 1
        while try send(sender, sequence), try sender.receive(into: &reply),
            ContinuousClock.now - start < .seconds(5)
        { sequence += 1 }
        #expect(ContinuousClock.now - start < .seconds(3), "the sender still sends")
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
