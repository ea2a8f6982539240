import Glibc

/// Lets the owner and the group of a file read and write it, and nobody else; a socket's file gives
/// access to the socket.
public func restrictToGroup(_ path: String) {
    // A file that has just been made and cannot be changed belongs to a system that is not ours.
    _ = unsafe chmod(path, 0o660)
}

/// Whether `path` is a folder in which this process may make files.
public func isWritableFolder(_ path: String) -> Bool {
    guard fileKind(at: path) == .folder else { return false }
    return unsafe access(path, W_OK | X_OK) == 0
}
