import Foundation
import Glibc

/// What a server on this machine answers to one GET, over a connection of its own.
struct HTTPAnswer {
    /// 0 if there was no answer.
    let status: Int
    let text: String

    /// Asks at `address`, 127.0.0.1 and a port, for `path`.
    init(_ address: String, _ path: String) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var server = sockaddr_in()
        server.sin_family = sa_family_t(AF_INET)
        server.sin_port = (UInt16(address.split(separator: ":").last ?? "") ?? 0).bigEndian
        server.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        var timeout = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(
            descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        let isConnected = withUnsafePointer(to: &server) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, size) }
        }
        var received: [UInt8] = []
        if isConnected == 0 {
            let request = Array("GET \(path) HTTP/1.0\r\n\r\n".utf8)
            send(descriptor, request, request.count, Int32(MSG_NOSIGNAL))
            var chunk = [UInt8](repeating: 0, count: 65536)
            while case let count = recv(descriptor, &chunk, chunk.count, 0), count > 0 {
                received += chunk[..<count]
            }
        }
        text = String(decoding: received, as: UTF8.self)
        status = Int(text.split(separator: " ").dropFirst().first ?? "") ?? 0
    }
}
