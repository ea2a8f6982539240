import Glibc
import Platform

/// Puts a whole file in place at once: readers see the old file or the new one, never a part.
///
/// The bytes go to a temporary file in the same folder, to the disk, and then over `path`; a
/// symbolic link is followed. `mode` is the new file's permissions before the umask. After any
/// error but `notSynced` the old file is as it was and the temporary one is gone; those that killed
/// processes left in the folder go as well.
public func writeFileAtomically(
    _ bytes: [UInt8], to path: String, mode: UInt32 = 0o644
) throws(FilesError) {
    let target = try ReplacementTarget(path)
    func failed(to step: String) -> (SystemError) -> FilesError {
        { .unwritable(path: path, step: step, reason: $0.reason) }
    }
    // Opened before anything is written, so that a folder that cannot be synced is refused early;
    // all later names are relative to it, so renaming the folder meanwhile does no harm.
    let folder = Descriptor(
        owning: try uninterrupted {
            unsafe open(target.folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        }.mapError(failed(to: "open the folder \(target.folder)")).get())

    removeAbandonedTemporaryFiles(inFolder: target.folder)
    let temporary = TemporaryFile.freshName()
    let file = Descriptor(
        owning: try uninterrupted {
            unsafe openat(folder.number, temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        }.mapError(failed(to: "create a temporary file beside it")).get())
    // Held until it has its name: what nobody holds was left by a process that was killed.
    _ = flock(file.number, LOCK_EX | LOCK_NB)
    do throws(FilesError) {
        try writeAll(bytes, to: file).mapError(failed(to: "write it all")).get()
        _ = try uninterrupted { fsync(file.number) }.mapError(
            failed(to: "sync it to the disk")
        )
        .get()
        _ = try uninterrupted {
            unsafe renameat(folder.number, temporary, folder.number, target.name)
        }
        .mapError(failed(to: "rename the temporary file over it")).get()
    } catch {
        _ = unsafe unlinkat(folder.number, temporary, 0)
        throw error
    }
    if case .failure(let error) = uninterrupted({ fsync(folder.number) }) {
        throw .notSynced(path: path, reason: error.reason)
    }
}

private enum TemporaryFile {
    private static let (prefix, suffix) = (".elbod-", ".tmp")

    /// Short whatever the target is called, hidden, and with 64 random bits against collisions.
    static func freshName() -> String {
        prefix + String(UInt64.random(in: .min ... .max), radix: 16) + suffix
    }

    /// Whether `freshName` can have made this name.
    static func isOne(_ name: String) -> Bool {
        guard name.hasPrefix(prefix), name.hasSuffix(suffix) else { return false }
        return UInt64(name.dropFirst(prefix.count).dropLast(suffix.count), radix: 16) != nil
    }
}

/// Removes what `writeFileAtomically` left in a folder when its process was killed, and nothing that a
/// living one is writing; returns how many files.
///
/// A folder that is not there holds none.
@discardableResult
public func removeAbandonedTemporaryFiles(inFolder path: String) -> Int {
    guard let names = try? allFileNames(inFolder: path) else { return 0 }
    var removed = 0
    for name in names where TemporaryFile.isOne(name) {
        let file = path + "/" + name
        let number = unsafe open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW)
        guard number >= 0 else { continue }
        let descriptor = Descriptor(owning: number)
        guard flock(descriptor.number, LOCK_EX | LOCK_NB) == 0 else { continue }
        if unsafe unlink(file) == 0 { removed += 1 }
    }
    return removed
}

private func writeAll(_ bytes: [UInt8], to file: borrowing Descriptor) -> Result<Void, SystemError>
{
    let number = file.number
    return unsafe bytes.withUnsafeBytes { buffer in
        var rest = unsafe buffer[...]
        while unsafe !rest.isEmpty {
            // Linux writes at most 2 GiB at a time and less near a full disk: go on where it stopped.
            switch uninterrupted({
                unsafe write(number, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            }) {
            case .success(0): return .failure(SystemError(code: ENOSPC))
            case .success(let count): unsafe rest = rest.dropFirst(count)
            case .failure(let error): return .failure(error)
            }
        }
        return .success(())
    }
}

/// Where the new file goes: its folder and its name in it, after symbolic links.
private struct ReplacementTarget {
    let folder: String
    let name: String

    init(_ path: String) throws(FilesError) {
        switch fileKind(at: path) {
        case .folder: throw .isFolder(path: path)
        // A root user's rename would put a file where /dev/null was.
        case .other: throw .notReplaceable(path: path)
        case .file, .absent: break
        }
        var resolved = path
        if let pointer = unsafe realpath(path, nil) {
            resolved = unsafe String(cString: pointer)
            unsafe free(pointer)
        }
        let slash = resolved.lastIndex(of: "/")
        name = slash.map { String(resolved[resolved.index(after: $0)...]) } ?? resolved
        folder = slash.map { $0 == resolved.startIndex ? "/" : String(resolved[..<$0]) } ?? "."
        if name.isEmpty {
            throw path.isEmpty
                ? .unwritable(path: path, step: "name the file", reason: "the path is empty")
                : .isFolder(path: path)
        }
    }
}
