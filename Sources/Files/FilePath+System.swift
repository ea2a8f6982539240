import Glibc
import Platform

// What this module does with a path of text, for one of any bytes.

/// What stands at `path` now, after symbolic links; what cannot be looked at counts as absent.
public func fileKind(at path: FilePath) -> FileKind {
    var status = stat()
    guard unsafe path.withCString({ unsafe stat($0, &status) }) == 0 else { return .absent }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return .file
    case S_IFDIR: return .folder
    default: return .other
    }
}

/// The file at `path` ("-" is standard input), or only its first `length` bytes.
///
/// Throws `isFolder`, `tooLarge` (more than `limit` bytes) or `unreadable`, each naming the path.
public func readFile(
    _ path: FilePath, limit: Int = 1 << 30, length: Int = .max
) throws(FilesError) -> [UInt8] {
    if path.bytes == [UInt8(ascii: "-")] { return try readFile("-", limit: limit) }
    func unreadable(_ error: SystemError) -> FilesError {
        .unreadable(path: path.description, reason: error.reason)
    }
    if fileKind(at: path) == .folder { throw .isFolder(path: path.description) }
    let descriptor = Descriptor(
        owning: try uninterrupted {
            unsafe path.withCString { unsafe open($0, O_RDONLY | O_CLOEXEC) }
        }.mapError(unreadable).get())
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: min(length, 1 << 18, max(1, limit) + 1))
    while bytes.count < length {
        let count = try uninterrupted {
            unsafe chunk.withUnsafeMutableBytes {
                unsafe read(descriptor.number, $0.baseAddress, $0.count)
            }
        }.mapError(unreadable).get()
        if count == 0 { break }
        guard count <= limit - bytes.count else {
            throw .tooLarge(path: path.description, limit: limit)
        }
        bytes.append(contentsOf: chunk[..<min(count, length - bytes.count)])
    }
    return bytes
}

/// The names in a folder, in the order of their bytes, without those that start with a dot.
func names(inFolder path: FilePath) throws(FilesError) -> [[UInt8]] {
    func unreadable(_ code: Int32) -> FilesError {
        .unreadable(path: path.description, reason: SystemError(code: code).reason)
    }
    guard let folder = unsafe path.withCString({ unsafe opendir($0) }) else {
        throw unreadable(errno)
    }
    defer { unsafe closedir(folder) }
    var names: [[UInt8]] = []
    while true {
        // The only way to tell the end from a failure is an errno that was zero before.
        errno = 0
        guard let entry = unsafe readdir(folder) else {
            let code = errno
            guard code == 0 else { throw unreadable(code) }
            return names.sorted { $0.lexicographicallyPrecedes($1) }
        }
        let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
            unsafe Array(bytes.prefix { $0 != 0 })
        }
        if name.first != UInt8(ascii: ".") { names.append(name) }
    }
}
