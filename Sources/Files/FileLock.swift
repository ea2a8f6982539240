import Glibc

/// Holds a lock file for as long as it lives, so that two programs cannot claim one resource.
///
/// The kernel releases the lock when the process ends, however it ends; the empty file stays.
public final class FileLock: Sendable {
    private let descriptor: Int32

    /// Locks the file at `path`, creating it if needed; nil if another process holds it.
    public init?(_ path: String) throws(FilesError) {
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            let reason = unsafe String(cString: strerror(errno))
            throw .unwritable(path: path, step: "create the lock file", reason: reason)
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            return nil
        }
        self.descriptor = descriptor
    }

    /// Whether the file at `path` is still the one that is locked; otherwise another process can lock one
    /// there.
    public func isInPlace(at path: String) -> Bool {
        var (own, there) = (stat(), stat())
        return unsafe fstat(descriptor, &own) == 0 && stat(path, &there) == 0
            && own.st_dev == there.st_dev && own.st_ino == there.st_ino
    }

    deinit { close(descriptor) }
}
