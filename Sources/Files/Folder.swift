import Glibc
import Platform

/// What stands at a path, after symbolic links.
public enum FileKind: Sendable, Hashable {
    /// Nothing, or nothing this process may look at.
    case absent
    /// An ordinary file.
    case file
    /// A folder.
    case folder
    /// A device, pipe or socket.
    case other
}

/// What stands at `path` now; never fails, since what cannot be looked at counts as absent.
public func fileKind(at path: String) -> FileKind {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return .absent }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return .file
    case S_IFDIR: return .folder
    default: return .other
    }
}

/// The names in a folder, sorted, without those that start with a dot.
public func fileNames(inFolder path: String) throws(FilesError) -> [String] {
    try fileNames(inFolder: path, hidden: false)
}

/// The names in a folder, sorted, that start with a dot, or those that do not.
func fileNames(inFolder path: String, hidden: Bool) throws(FilesError) -> [String] {
    guard let folder = unsafe opendir(path) else {
        throw .unreadable(path: path, reason: SystemError(code: errno).reason)
    }
    defer { unsafe closedir(folder) }
    var names: [String] = []
    while true {
        // The only way to tell the end from a failure is an errno that was zero before.
        errno = 0
        guard let entry = unsafe readdir(folder) else {
            let code = errno
            if code == 0 { return names.sorted() }
            throw .unreadable(path: path, reason: SystemError(code: code).reason)
        }
        let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
            unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        if name.hasPrefix(".") == hidden { names.append(name) }
    }
}
