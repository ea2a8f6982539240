import Glibc
import Platform

/// Holds a lock file for as long as it lives, so that two programs cannot claim one resource.
///
/// The kernel releases the lock when the process ends, however it ends; the empty file stays.
public final class FileLock: Sendable {
    private let descriptor: Int32
    private let path: String

    /// Locks the file at `path`, creating it if needed; nil if another process holds it.
    public init?(_ path: String) throws(FilesError) {
        func failed(_ error: SystemError) -> FilesError {
            .unwritable(path: path, step: "create the lock file", reason: error.reason)
        }
        while true {
            let descriptor = try uninterrupted {
                unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
            }.mapError(failed).get()
            switch uninterrupted({ flock(descriptor, LOCK_EX | LOCK_NB) }) {
            case .success: break
            case .failure(let error):
                close(descriptor)
                if error.code == EWOULDBLOCK { return nil }
                throw failed(error)
            }
            // Between the two calls the file may have been deleted, and with it what others see.
            if Self.identity(of: descriptor) == Self.identity(at: path) {
                (self.descriptor, self.path) = (descriptor, path)
                return
            }
            close(descriptor)
        }
    }

    /// Whether the locked file is still at its path; when it is not, another process that looks there
    /// takes the resource for free.
    public var isIntact: Bool { Self.identity(of: descriptor) == Self.identity(at: path) }

    /// Tells one file of this machine from all others.
    private struct Identity: Equatable {
        let device: dev_t
        let inode: ino_t

        init(_ status: stat) { (device, inode) = (status.st_dev, status.st_ino) }
    }

    private static func identity(of descriptor: Int32) -> Identity? {
        var status = stat()
        return unsafe fstat(descriptor, &status) == 0 ? Identity(status) : nil
    }

    private static func identity(at path: String) -> Identity? {
        var status = stat()
        return unsafe stat(path, &status) == 0 ? Identity(status) : nil
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
