import Files
import Glibc
import Logging
import Platform
import Synchronization

/// Tells one file from every other that was or will be at its path.
struct FileIdentity: Equatable {
    private let device: UInt64
    private let inode: UInt64

    /// Of what is at `path` now; nil if nothing is.
    init?(of path: String) {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return nil }
        (device, inode) = (UInt64(status.st_dev), UInt64(status.st_ino))
    }
}

/// The files of the `ipc` sockets that the daemon binds, each claimed by a lock beside it: binding such a
/// path silently takes it over from a running process.
///
/// Files can be deleted under a running daemon, by a cleaner of /run as by hand. A lock is then made
/// again; a socket's file cannot be, and peers no longer find it.
final class EndpointFiles: Sendable {
    private struct Claim {
        let path: String
        var lock: FileLock
        /// Of the socket, once it is bound; nil for one that is opened again by who owns it.
        var socket: FileIdentity?
        /// Looks in a row that did not find it.
        var misses = 0
    }

    /// Looks, a second apart, until a socket that is not found is missed.
    private static let patience = 3

    private let claims: Mutex<[Claim]>
    private let logger: Logger

    /// Claims the paths for as long as this lives; throws if another process has one.
    init(_ paths: [String], logger: Logger) throws {
        self.logger = logger
        claims = Mutex(
            try paths.map { path in
                // Somebody listens without a lock if that was deleted.
                guard let lock = try FileLock(path + ".lock"), !isListening(at: path) else {
                    throw DaemonError.inUse("ipc://\(path)")
                }
                return Claim(path: path, lock: lock)
            })
    }

    /// Remembers the files of the sockets, which are bound by now, but for the one at `path`.
    func noteSockets(except path: String?) {
        claims.withLock { claims in
            for index in claims.indices where claims[index].path != path {
                claims[index].socket = FileIdentity(of: claims[index].path)
            }
        }
    }

    /// Makes locks that have gone again, and says what is wrong otherwise, if anything is: why peers do not
    /// find the daemon.
    func findFault() -> String? {
        claims.withLock { claims in
            var fault: String?
            for index in claims.indices {
                var found = lockFault(of: &claims[index])
                if found == nil { found = socketFault(of: &claims[index]) }
                fault = fault ?? found
            }
            return fault
        }
    }

    private func lockFault(of claim: inout Claim) -> String? {
        let path = claim.path + ".lock"
        guard !claim.lock.isInPlace(at: path) else { return nil }
        do throws(FilesError) {
            guard let lock = try FileLock(path) else {
                return
                    "\(path) was deleted and another process has it; stop that one and restart elbod"
            }
            claim.lock = lock
            logger.warning("A lock was deleted and is made again.", metadata: ["path": "\(path)"])
            return nil
        } catch { return "\(path) was deleted: \(error)" }
    }

    private func socketFault(of claim: inout Claim) -> String? {
        guard let socket = claim.socket else { return nil }
        let now = FileIdentity(of: claim.path)
        if now == socket {
            claim.misses = 0
            return nil
        }
        if let now, listener(at: claim.path) == getpid() {
            // Bound again by this process.
            (claim.socket, claim.misses) = (now, 0)
            return nil
        }
        claim.misses += 1
        guard claim.misses >= Self.patience else { return nil }
        return "\(claim.path), the file of a socket, was deleted or replaced; restart elbod"
    }
}
