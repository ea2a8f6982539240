import Control
import ControlClients
import Foundation
import Glibc
import Logging
import Testing
import ZeroMQ

@testable import DetectionService

@Suite struct EndpointFilesTests {
    private func answer(to path: String, port: Int) -> String {
        guard let connection = RawConnection(port: port),
            connection.send(Array("GET \(path) HTTP/1.0\r\n\r\n".utf8))
        else { return "" }
        var bytes: [UInt8] = []
        while let more = connection.receive(), !more.isEmpty { bytes += more }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Asks until a condition holds, as it does within some seconds or the test's time limit.
    private func wait(until condition: () throws -> Bool) rethrows {
        while try !condition() { usleep(20_000) }
    }

    @Test func `a socket that is opened again by its own process is no fault, one that is gone is`()
        throws
    {
        let path = NSTemporaryDirectory() + "elbod-\(UUID())"
        defer { for name in [path, path + ".lock"] { unlink(name) } }
        let files = try EndpointFiles(
            [path], logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let context = try Context()
        let first = try Socket(context, .pull)
        try first.bind("ipc://\(path)")
        files.noteSockets(except: nil)
        #expect(files.findFault() == nil)
        #expect(unlink(path) == 0)
        // It may be about to be opened again.
        #expect(files.findFault() == nil && files.findFault() == nil)
        #expect(files.findFault()?.contains(path) == true)
        let second = try Socket(context, .pull)
        try second.bind("ipc://\(path)")
        #expect(files.findFault() == nil)
        #expect(throws: DaemonError.self) {
            _ = try EndpointFiles(
                [path], logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        }
        _ = try second.lastEndpoint()
    }

    @Test(.timeLimit(.minutes(1)))
    func `a deleted lock is made again, and meanwhile nobody takes the socket over`() throws {
        let daemon = try DaemonProcess.serving()
        let path = String(daemon.ingest.dropFirst("ipc://".count))
        #expect(unlink(path + ".lock") == 0)
        let rival = try DaemonProcess([
            "--model", DaemonProcess.model, "--ingest", "pull+bind:\(daemon.ingest)", "--publish",
            "pub+bind:OUT",
        ])
        let (status, log) = rival.end()
        #expect(status == 69 && log.contains("in use"), "\(log)")
        wait { access(path + ".lock", F_OK) == 0 }
        let client = try Client(daemon)
        try client.sendImage()
        #expect(try client.verdict() != nil)
        #expect(daemon.stop().status == 0)
    }

    @Test(.timeLimit(.minutes(1)))
    func `a daemon whose socket nobody finds any more is not ready, and says why`() throws {
        let port = freePort()
        let daemon = try DaemonProcess.serving(["--http", "127.0.0.1:\(port)"])
        #expect(answer(to: "/readyz", port: port).contains("200 OK"))
        #expect(unlink(String(daemon.ingest.dropFirst("ipc://".count))) == 0)
        wait { answer(to: "/readyz", port: port).contains("503") }
        #expect(answer(to: "/readyz", port: port).contains("was deleted"))
        #expect(answer(to: "/livez", port: port).contains("200 OK"))
        #expect(daemon.stop().log.contains("restart elbod"))
    }

    @Test(.timeLimit(.minutes(1)))
    func `a deleted control socket is there again`() throws {
        let daemon = try DaemonProcess.serving(["--control", "CONTROL"])
        #expect(unlink(daemon.control) == 0)
        wait { access(daemon.control, F_OK) == 0 && daemon.mode(of: daemon.control) == 0o660 }
        let context = try Context()
        var status: Status?
        while status == nil {
            status = try? ControlClient(context, address: daemon.control).ask(.status, seconds: 1)
        }
        #expect(status?.state == "serving")
        #expect(daemon.stop().status == 0)
    }
}
