import Foundation
import Glibc

/// A real daemon in a process of its own, with sockets to talk to it.
final class DaemonProcess {
    let folder: URL
    let process = Process()
    private let log = Pipe()
    private let notifications: NotificationSocket

    static var repository: URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
    }

    /// The model that the repository brings along.
    static var model: String { repository.appendingPathComponent("models/mnist").path }

    /// The executable that was built together with these tests.
    static var executable: URL {
        let tests = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        var folder = tests.deletingLastPathComponent()
        while folder.path != "/" {
            let candidate = folder.appendingPathComponent("elbod")
            if FileManager.default.isExecutableFile(atPath: candidate.path) { return candidate }
            folder.deleteLastPathComponent()
        }
        return repository.appendingPathComponent(".build/release/elbod")
    }

    var ingest: String { "ipc://\(folder.path)/in" }
    var verdicts: String { "ipc://\(folder.path)/out" }
    var control: String { folder.path + "/control" }

    /// Starts the daemon with these arguments, in which IN and OUT stand for its endpoints.
    ///
    /// `descriptors` is the most that it may have.
    init(_ arguments: [String], watchdog: Int? = nil, descriptors: Int? = nil) throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("elbod-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        notifications = try NotificationSocket(path: folder.path + "/notify")
        process.executableURL =
            descriptors == nil ? Self.executable : URL(fileURLWithPath: "/usr/bin/prlimit")
        let before = descriptors.map { ["--nofile=\($0):\($0)", Self.executable.path] } ?? []
        let (ingest, verdicts) = ("ipc://\(folder.path)/in", "ipc://\(folder.path)/out")
        process.arguments =
            before
            + arguments.map {
                $0.replacingOccurrences(of: "CONTROL", with: folder.path + "/control")
                    .replacingOccurrences(of: "IN", with: ingest)
                    .replacingOccurrences(of: "OUT", with: verdicts)
            }
        var environment = ProcessInfo.processInfo.environment
        environment["NOTIFY_SOCKET"] = folder.path + "/notify"
        environment["WATCHDOG_USEC"] = watchdog.map(String.init)
        environment["SWIFT_BACKTRACE"] = "enable=no"
        process.environment = environment
        process.standardError = log
        try process.run()
    }

    /// A daemon with the bundled model that pulls and publishes, once it is ready.
    static func serving(
        _ more: [String] = [], watchdog: Int? = nil, descriptors: Int? = nil
    ) throws -> DaemonProcess {
        let daemon = try DaemonProcess(
            ["--model", model, "--ingest", "pull+bind:IN", "--publish", "pub+bind:OUT"] + more,
            watchdog: watchdog, descriptors: descriptors)
        guard daemon.notification()?.hasPrefix("READY=1") == true else {
            daemon.process.terminate()
            throw NotReady(log: daemon.end().log)
        }
        return daemon
    }

    /// The same with a model of the test's own, to be steered.
    static func steered(model: String, _ more: [String] = []) throws -> DaemonProcess {
        let daemon = try DaemonProcess(
            [
                "--model", model, "--ingest", "pull+bind:IN", "--publish", "pub+bind:OUT",
                "--control", "CONTROL",
            ] + more)
        guard daemon.notification()?.hasPrefix("READY=1") == true else {
            daemon.process.terminate()
            throw NotReady(log: daemon.end().log)
        }
        return daemon
    }

    /// The permissions of a file.
    func mode(of path: String) -> Int {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        return attributes?[.posixPermissions] as? Int ?? 0
    }

    struct NotReady: Error { let log: String }

    /// The next message to the service manager, or nil if none comes in ten seconds.
    func notification() -> String? { notifications.receive() }

    /// A message to the service manager that is there, or comes within `seconds`.
    func pendingNotification(within seconds: Double = 0) -> String? {
        notifications.receive(within: seconds)
    }

    /// Waits for the end of the process; its exit status and what it logged.
    func end() -> (status: Int32, log: String) {
        let text = String(decoding: log.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text)
    }

    /// Sends SIGTERM and waits for the end.
    func stop() -> (status: Int32, log: String) {
        process.terminate()
        return end()
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        try? FileManager.default.removeItem(at: folder)
    }
}

/// The datagram socket that systemd would listen on.
final class NotificationSocket {
    private let descriptor: Int32

    init(path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, size) }
        }
        guard status == 0 else { throw POSIXError(.EADDRINUSE) }
        var timeout = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(
            descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
    }

    func receive() -> String? {
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = recv(descriptor, &bytes, bytes.count, 0)
        return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
    }

    /// A message that is there, or comes within `seconds`.
    func receive(within seconds: Double) -> String? {
        var item = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&item, 1, Int32(seconds * 1000)) > 0 ? receive() : nil
    }

    deinit { close(descriptor) }
}
