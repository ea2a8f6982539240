import Foundation
import Glibc
import Synchronization

/// A connection without a library, for peers that do what no library would.
final class RawConnection {
    private let descriptor: Int32

    /// Connects to a TCP port of this machine; nil if that is refused.
    init?(port: Int) {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port)).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, size) }
        }
        guard status == 0 else { return nil }
        bound()
    }

    /// Connects to a socket's file; nil if that is refused.
    init?(path: String) {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, size) }
        }
        guard status == 0 else { return nil }
        bound()
    }

    /// Neither sending nor receiving takes longer than ten seconds.
    private func bound() {
        var timeout = timeval(tv_sec: 10, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(
                descriptor, SOL_SOCKET, option, &timeout, socklen_t(MemoryLayout<timeval>.size))
        }
    }

    /// Whether all of it was taken within ten seconds by a peer that is still there.
    func send(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// What comes next, empty at the end; nil if nothing comes in ten seconds.
    func receive() -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &bytes, bytes.count, 0)
        return count >= 0 ? Array(bytes[..<count]) : errno == ECONNRESET ? [] : nil
    }

    /// Introduces itself as a ZeroMQ socket of a kind, without encryption (ZMTP 3.0).
    func greet(as kind: String) -> Bool {
        var greeting: [UInt8] = [0xFF, 0, 0, 0, 0, 0, 0, 0, 0, 0x7F, 3, 0]
        greeting += Array("NULL".utf8) + [UInt8](repeating: 0, count: 48)
        let body =
            [5] + Array("READY".utf8) + [11] + Array("Socket-Type".utf8)
            + [0, 0, 0, UInt8(kind.utf8.count)] + Array(kind.utf8)
        return send(greeting + [4, UInt8(body.count)] + body)
    }

    /// Whether the peer has introduced itself too: who sends before that is no ZeroMQ socket to it.
    func isWelcomed() -> Bool {
        var text = ""
        while let bytes = receive(), !bytes.isEmpty {
            text += String(decoding: bytes, as: UTF8.self)
            if text.contains("READY") { return true }
        }
        return false
    }

    deinit { close(descriptor) }
}

private let handedOut = Mutex<Set<Int>>([])

/// A TCP port of this machine that nobody listens at, another one at each call.
///
/// It lies below the range that the kernel takes the ports of outgoing connections from: a port out
/// of that range may be taken again before the test listens at it.
func freePort() -> Int {
    while true {
        let port = Int.random(in: 16_384..<32_768)
        if handedOut.withLock({ $0.insert(port).inserted }), canListen(at: port) { return port }
    }
}

private func canListen(at port: Int) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    address.sin_port = UInt16(port).bigEndian
    return withUnsafeMutablePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
        }
    }
}
