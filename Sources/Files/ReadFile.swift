import Glibc
import Platform

/// The whole file at `path` ("-" is standard input); pipes are read to their end.
///
/// Throws `isFolder`, `tooLarge` (more than `limit` bytes) or `unreadable`, each naming the path.
public func readFile(_ path: String, limit: Int = 1 << 30) throws(FilesError) -> [UInt8] {
    let name = path == "-" ? "standard input" : path
    func unreadable(_ error: SystemError) -> FilesError {
        .unreadable(path: name, reason: error.reason)
    }
    // Standard input is duplicated, so that it stays open when this copy is closed.
    let descriptor = Descriptor(
        owning: try uninterrupted {
            unsafe path == "-" ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC)
        }
        .mapError(unreadable).get())

    var status = stat()
    _ = try uninterrupted { unsafe fstat(descriptor.number, &status) }.mapError(unreadable).get()
    if status.st_mode & S_IFMT == S_IFDIR { throw .isFolder(path: name) }
    // Zero for pipes; files under /proc say zero too, so this is a hint and not a length.
    if status.st_size > limit { throw .tooLarge(path: name, limit: limit) }

    var bytes: [UInt8] = []
    bytes.reserveCapacity(max(0, Int(status.st_size)))
    var chunk = [UInt8](repeating: 0, count: 1 << 18)
    while true {
        let count = try uninterrupted {
            unsafe chunk.withUnsafeMutableBytes {
                unsafe read(descriptor.number, $0.baseAddress, $0.count)
            }
        }.mapError(unreadable).get()
        if count == 0 { return bytes }
        if count > limit - bytes.count { throw .tooLarge(path: name, limit: limit) }
        bytes.append(contentsOf: chunk[..<count])
    }
}
