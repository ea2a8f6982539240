/// What can go wrong with a file or with its packing, in sentences for an operator.
public enum FilesError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The file or folder could not be opened or read; `reason` is the system's own.
    case unreadable(path: String, reason: String)
    /// A folder stands where a file is needed.
    case isFolder(path: String)
    /// A device, pipe or socket stands where a file should be read.
    case notOrdinary(path: String)
    /// The file, or the stream, goes on past `limit` bytes.
    case tooLarge(path: String, limit: Int)
    /// A device, pipe or socket stands where a file should be replaced; it is left alone.
    case notReplaceable(path: String)
    /// The new file was not put in place; whatever was there before is untouched.
    case unwritable(path: String, step: String, reason: String)
    /// The new file is in place, but a power failure could still bring the old one back.
    case notSynced(path: String, reason: String)
    /// The bytes do not start with a gzip header.
    case notGzip
    /// The gzip data stops early, after `unpacked` good bytes.
    case gzipTruncated(unpacked: Int)
    /// The gzip data is damaged somewhere after `unpacked` bytes; `reason` is zlib's own.
    case gzipCorrupt(unpacked: Int, reason: String)
    /// The gzip data unpacks to more than `limit` bytes.
    case gzipTooLarge(limit: Int)
    /// A zip archive, or a file in it, cannot be read; `reason` says why.
    case zipCorrupt(reason: String)

    /// One sentence: what, which file (where one is known), and what to do.
    public var description: String {
        switch self {
        case .unreadable(let path, let reason):
            "Cannot read \(path): \(reason). Check the path and its permissions."
        case .isFolder(let path):
            "\(path) is a folder where a file is needed. Give the path of a file."
        case .notOrdinary(let path):
            "\(path) is a pipe, a socket or a device where a file is needed. Give the path of a file."
        case .tooLarge(let path, let limit):
            "\(path) holds more than the \(limit) bytes allowed here. Check that it is the right file."
        case .notReplaceable(let path):
            "\(path) is not an ordinary file, so it is not replaced. Give the path of a file."
        case .unwritable(let path, let step, let reason):
            "Cannot write \(path): could not \(step): \(reason). "
                + "What was there before is unchanged; check the folder, its permissions and free space."
        case .notSynced(let path, let reason):
            "\(path) is written, but its folder could not be synced to the disk: \(reason). "
                + "Check the disk, then write it again."
        case .notGzip:
            "The data is not gzip: it does not start with the bytes 1f 8b. Check the file's name."
        case .gzipTruncated(let unpacked):
            "The gzip data stops early, after \(unpacked) unpacked bytes. Fetch or copy the file again."
        case .gzipCorrupt(let unpacked, let reason):
            "The gzip data is damaged (\(reason)) after \(unpacked) unpacked bytes. "
                + "Fetch or copy the file again."
        case .gzipTooLarge(let limit):
            "The gzip data unpacks to more than the \(limit) bytes allowed here. "
                + "Check that it is the right file."
        case .zipCorrupt(let reason):
            "The zip archive cannot be read: \(reason). Fetch or copy the file again."
        }
    }
}
