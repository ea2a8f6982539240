import Glibc

/// Whether a process listens at the socket file at `path`; a file that one has left behind refuses.
public func isListening(at path: String) -> Bool { listener(at: path) != nil }

/// The process that listens at the socket file at `path`; 0 for one that is too busy to be asked, nil if
/// none does.
public func listener(at path: String) -> Int32? {
    let bytes = path.utf8.map { CChar(bitPattern: $0) }
    var name = sockaddr_un()
    name.sun_family = sa_family_t(AF_UNIX)
    // With the zero at its end.
    guard bytes.count < MemoryLayout.size(ofValue: name.sun_path) else { return nil }
    unsafe withUnsafeMutableBytes(of: &name.sun_path) { place in
        for (index, byte) in bytes.enumerated() { unsafe place[index] = UInt8(bitPattern: byte) }
    }
    let descriptor = socket(
        AF_UNIX,
        Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue),
        0)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    let status = unsafe withUnsafePointer(to: &name) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
            unsafe connect(descriptor, pointer, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
    }
    // EAGAIN: its backlog is full.
    guard status == 0 else { return errno == EAGAIN ? 0 : nil }
    // The kernel's struct ucred, which Swift's module of glibc leaves out: process, user, group.
    var credentials: [Int32] = [0, 0, 0]
    var size = socklen_t(credentials.count * MemoryLayout<Int32>.size)
    guard unsafe getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &size) == 0 else {
        return 0
    }
    return credentials[0]
}
