import Glibc

/// Tells the service manager how the service is doing, by the protocol of sd_notify(3).
///
/// Outside systemd, where `NOTIFY_SOCKET` is not set, every call does nothing. Messages are datagrams
/// and never block; the notifier can be used from any thread.
public final class SystemdNotifier: Sendable {
    private let descriptor: Int32
    private let address: [CChar]
    /// Half of `WATCHDOG_USEC`: how often to call `feedWatchdog`; nil if nobody watches.
    public let watchdogInterval: Duration?

    /// Reads where to report from the environment.
    public init(environment: [String: String]) {
        let path = environment["NOTIFY_SOCKET"] ?? ""
        let bytes = path.utf8.map { CChar(bitPattern: $0) }
        // sun_path holds 107 bytes and a zero; "@" stands for the abstract namespace.
        let isUsable = !bytes.isEmpty && bytes.count < 108 && "/@".contains(path.prefix(1))
        address = isUsable ? bytes : []
        descriptor =
            isUsable
            ? socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0) : -1
        let isForUs = environment["WATCHDOG_PID"].map { $0 == "\(getpid())" } ?? true
        let microseconds = environment["WATCHDOG_USEC"].flatMap { Int64($0) } ?? 0
        watchdogInterval =
            isForUs && microseconds > 0 && descriptor >= 0 ? .microseconds(microseconds / 2) : nil
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// The service is set up and serves.
    public func ready(_ status: String) { send("READY=1\nSTATUS=\(status)") }

    /// The start takes longer, of which the service manager is told every second or so, and why.
    public func waiting(_ status: String) { send("STATUS=\(status)\nEXTEND_TIMEOUT_USEC=30000000") }

    /// One line that `systemctl status` shows.
    public func status(_ text: String) { send("STATUS=\(text)") }

    /// The service begins to stop.
    public func stopping() { send("STOPPING=1") }

    /// The service made progress; without this for the unit's `WatchdogSec` it is restarted.
    public func feedWatchdog() { send("WATCHDOG=1") }

    private func send(_ message: String) {
        guard descriptor >= 0 else { return }
        var name = sockaddr_un()
        name.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &name.sun_path) { path in
            for (index, byte) in address.enumerated() {
                unsafe path[index] = UInt8(bitPattern: byte)
            }
            if unsafe path[0] == UInt8(ascii: "@") { unsafe path[0] = 0 }
        }
        let size = socklen_t(MemoryLayout<sa_family_t>.size + address.count)
        let bytes = Array(message.utf8)
        unsafe withUnsafePointer(to: &name) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                // Nothing can be done about a manager that does not listen.
                _ = unsafe sendto(
                    descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT),
                    pointer, size)
            }
        }
    }
}
