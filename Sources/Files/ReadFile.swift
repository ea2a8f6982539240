import Glibc
import Platform

/// The whole file at `path` ("-" is standard input); pipes are read to their end.
///
/// Throws `isFolder`, `tooLarge` (more than `limit` bytes) or `unreadable`, each naming the path.
public func readFile(_ path: String, limit: Int = 1 << 30) throws(FilesError) -> [UInt8] {
    let name = path == "-" ? "standard input" : path
    // Standard input is duplicated, so that it stays open when this copy is closed.
    let descriptor = Descriptor(
        owning: try uninterrupted {
            unsafe path == "-" ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC)
        }
        .mapError { unreadable(name, $0) }.get())
    let status = try status(of: descriptor, name)
    if status.st_mode & S_IFMT == S_IFDIR { throw .isFolder(path: name) }
    return try readAll(descriptor, name, status, limit: limit) { _ in true }
}

/// The whole ordinary file at `path`: what a service reads, which must wait for nobody.
///
/// A FIFO, a socket or a device is refused without being waited for. Where `isPlausible` says no to the
/// first bytes, 256 KiB at most, these are all that is returned: whoever decodes them says what is wrong,
/// and gigabytes that are no such file take no memory.
public func readOrdinaryFile(
    _ path: String, limit: Int, isPlausible: ([UInt8]) -> Bool = { _ in true }
) throws(FilesError) -> [UInt8] {
    // Before it is opened: a socket cannot be, and a device may do something when it is.
    guard fileKind(at: path) != .other else { throw .notOrdinary(path: path) }
    // Whatever takes its place until here is not waited for either.
    let descriptor = Descriptor(
        owning: try uninterrupted { unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
            .mapError { unreadable(path, $0) }.get())
    let status = try status(of: descriptor, path)
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR: throw .isFolder(path: path)
    default: throw .notOrdinary(path: path)
    }
    return try readAll(descriptor, path, status, limit: limit, isPlausible: isPlausible)
}

private func unreadable(_ name: String, _ error: SystemError) -> FilesError {
    .unreadable(path: name, reason: error.reason)
}

private func status(
    of descriptor: borrowing Descriptor, _ name: String
) throws(FilesError) -> stat {
    let number = descriptor.number
    var status = stat()
    _ = try uninterrupted { unsafe fstat(number, &status) }.mapError { unreadable(name, $0) }.get()
    return status
}

private func readAll(
    _ descriptor: borrowing Descriptor, _ name: String, _ status: stat, limit: Int,
    isPlausible: ([UInt8]) -> Bool
) throws(FilesError) -> [UInt8] {
    // Zero for pipes; files under /proc say zero too, so this is a hint and not a length.
    if status.st_size > limit { throw .tooLarge(path: name, limit: limit) }
    let number = descriptor.number
    var bytes: [UInt8] = []
    // One byte more shows that there is more. Small ones are read hundreds of times a second.
    var chunk = [UInt8](repeating: 0, count: min(1 << 18, max(1, limit) + 1))
    while true {
        let count = try uninterrupted {
            unsafe chunk.withUnsafeMutableBytes {
                unsafe read(number, $0.baseAddress, $0.count)
            }
        }.mapError { unreadable(name, $0) }.get()
        if count == 0 { return bytes }
        if count > limit - bytes.count { throw .tooLarge(path: name, limit: limit) }
        if bytes.isEmpty {
            let first = Array(chunk[..<count])
            guard isPlausible(first) else { return first }
            bytes.reserveCapacity(max(count, Int(status.st_size)))
        }
        bytes.append(contentsOf: chunk[..<count])
    }
}
