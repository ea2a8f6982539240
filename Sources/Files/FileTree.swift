import Glibc
import Platform

/// The ordinary files of a folder and of those below it, in the order of their names, each folder's
/// contents where its own name stands.
///
/// Names that start with a dot are left out; symbolic links are followed, each folder once.
public struct FileTree: Sendable {
    /// The files, each path starting with that of the folder.
    public private(set) var files: [FilePath] = []
    /// Devices, pipes and sockets, and links that lead nowhere: none of them is ever opened.
    public private(set) var others = 0
    /// The folders looked into, by device and number.
    private var visited: Set<[UInt64]> = []

    /// Looks through the folder; throws `unreadable`, also for a folder below it.
    public init(_ folder: FilePath) throws(FilesError) {
        try visit(folder)
    }

    private mutating func visit(_ folder: FilePath) throws(FilesError) {
        var status = stat()
        _ = unsafe folder.withCString { unsafe stat($0, &status) }
        guard visited.insert([UInt64(status.st_dev), UInt64(status.st_ino)]).inserted else {
            return
        }
        for name in try names(inFolder: folder) {
            let path = folder.appending(name)
            switch fileKind(at: path) {
            case .file: files.append(path)
            case .folder: try visit(path)
            case .absent, .other: others += 1
            }
        }
    }
}
