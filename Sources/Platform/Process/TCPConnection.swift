internal import CLinux
import Glibc

/// Any TCP connection of this process, its libraries' too.
///
/// Seen from outside by its descriptor, which its holder may close, and another may get, at any time.
public struct TCPConnection: Sendable {
    /// The descriptor it had when it was seen.
    public let descriptor: CInt
    /// Tells it from every other connection of this machine.
    public let identity: UInt64
    /// Bytes that were read from it.
    public let read: UInt64
    /// Bytes that have arrived on it, read or not.
    public let received: UInt64
    /// Our end's port.
    public let localPort: UInt16

    /// What was seen of a connection.
    public init(
        descriptor: CInt, identity: UInt64, read: UInt64, received: UInt64? = nil,
        localPort: UInt16 = 0
    ) {
        (self.descriptor, self.identity) = (descriptor, identity)
        (self.read, self.received, self.localPort) = (read, received ?? read, localPort)
    }

    /// Where `tcpi_bytes_received` is in the kernel's `struct tcp_info`; glibc's ends before it.
    private static let receivedOffset = 128

    /// What has this descriptor now; nil if that is no TCP connection.
    public init?(_ descriptor: CInt) {
        guard let identity = Self.identity(of: descriptor) else { return nil }
        var info = [UInt8](repeating: 0, count: Self.receivedOffset + MemoryLayout<UInt64>.size)
        var size = socklen_t(info.count)
        guard unsafe getsockopt(descriptor, CInt(IPPROTO_TCP), TCP_INFO, &info, &size) == 0,
            size == info.count
        else { return nil }
        let received = unsafe info.withUnsafeBytes {
            unsafe $0.load(fromByteOffset: Self.receivedOffset, as: UInt64.self)
        }
        // What has arrived and was not read lies in the kernel's memory, which it bounds by itself.
        var unread: CInt = 0
        guard unsafe ioctl(descriptor, UInt(FIONREAD), &unread) == 0 else { return nil }
        self.init(
            descriptor: descriptor, identity: identity,
            read: received - min(received, UInt64(max(0, unread))), received: received,
            localPort: Self.localPort(of: descriptor))
    }

    private static func localPort(of descriptor: CInt) -> UInt16 {
        var address = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return unsafe withUnsafeMutableBytes(of: &address) { bytes in
            let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self)
            guard unsafe getsockname(descriptor, start, &size) == 0 else { return 0 }
            // The port is at the same place for IPv4 and IPv6, in the network's order.
            return unsafe UInt16(bigEndian: bytes.load(fromByteOffset: 2, as: UInt16.self))
        }
    }

    /// Who is at the other end, as in "192.0.2.7:40112", while the connection lasts.
    public var peer: String? {
        var address = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        var host = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        var port = [CChar](repeating: 0, count: Int(NI_MAXSERV))
        let status = unsafe withUnsafeMutableBytes(of: &address) { bytes in
            let address = unsafe bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self)
            guard unsafe getpeername(descriptor, address, &size) == 0 else { return CInt(-1) }
            return unsafe getnameinfo(
                address, size, &host, socklen_t(host.count), &port, socklen_t(port.count),
                NI_NUMERICHOST | NI_NUMERICSERV)
        }
        guard status == 0 else { return nil }
        return "\(Self.text(host)):\(Self.text(port))"
    }

    /// Whether its holder has not closed it yet.
    public var isOpen: Bool { Self.identity(of: descriptor) == identity }

    /// Ends the connection: its holder sees that the peer has gone.
    ///
    /// Does nothing if the descriptor has come to mean something else.
    public func cut() {
        guard isOpen else { return }
        shutdown(descriptor, CInt(SHUT_RDWR))
    }

    private static func identity(of descriptor: CInt) -> UInt64? {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else {
            return nil
        }
        return UInt64(status.st_ino)
    }

    private static func text(_ characters: [CChar]) -> String {
        String(
            decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
