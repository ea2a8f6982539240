import Glibc

/// Whether a process listens at the socket file at `path`; a file that one has left behind refuses.
public func isListening(at path: String) -> Bool {
    let bytes = path.utf8.map { CChar(bitPattern: $0) }
    var name = sockaddr_un()
    name.sun_family = sa_family_t(AF_UNIX)
    // With the zero at its end.
    guard bytes.count < MemoryLayout.size(ofValue: name.sun_path) else { return false }
    unsafe withUnsafeMutableBytes(of: &name.sun_path) { place in
        for (index, byte) in bytes.enumerated() { unsafe place[index] = UInt8(bitPattern: byte) }
    }
    let descriptor = socket(
        AF_UNIX,
        Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
            | Int32(SOCK_NONBLOCK.rawValue), 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    let status = unsafe withUnsafePointer(to: &name) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
            unsafe connect(descriptor, pointer, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
    }
    // Its backlog is full: somebody is there, and busy.
    return status == 0 || errno == EAGAIN
}
