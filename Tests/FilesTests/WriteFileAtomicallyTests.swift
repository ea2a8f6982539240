import Files
import Foundation
import Glibc
import TestSupport
import Testing

@Suite struct AbandonedFileTests {
    @Test func `what nobody is writing any more is removed`() throws {
        let folder = try TemporaryFolder()
        let names = [".elbod-12ab.tmp", ".elbod-ff.tmp", ".elbod-zz.tmp", "elbod-1.tmp", "a"]
        // Not by the function itself, which removes them whenever it is used.
        for name in names { try Data([1]).write(to: URL(filePath: folder.path + "/" + name)) }
        // As a living process holds what it writes.
        let held = open(folder.path + "/.elbod-ff.tmp", O_RDONLY)
        #expect(flock(held, LOCK_EX) == 0)
        #expect(removeAbandonedTemporaryFiles(inFolder: folder.path) == 1)
        #expect(try folder.names() == [".elbod-ff.tmp", ".elbod-zz.tmp", "a", "elbod-1.tmp"])
        close(held)
        #expect(removeAbandonedTemporaryFiles(inFolder: folder.path) == 1)
        #expect(removeAbandonedTemporaryFiles(inFolder: folder.path + "/none") == 0)
    }
}

@Suite struct WriteFileAtomicallyTests {
    private let folder: TemporaryFolder
    private let path: String

    init() throws {
        folder = try TemporaryFolder()
        path = folder.path + "/model"
    }

    private func mode(_ path: String) throws -> UInt32 {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return try #require(attributes[.posixPermissions] as? NSNumber).uint32Value
    }

    private func umask() throws -> UInt32 {
        let status = String(decoding: try readFile("/proc/self/status"), as: UTF8.self)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("Umask:") })
        return try #require(
            UInt32(line.dropFirst(6).trimmingCharacters(in: .whitespaces), radix: 8))
    }

    @Test func `a new file has the bytes and nothing is left beside it`() throws {
        try writeFileAtomically([1, 2, 3], to: path)
        #expect(try readFile(path) == [1, 2, 3])
        #expect(try folder.names() == ["model"])
    }

    @Test func `an old file is replaced by another file`() throws {
        try writeFileAtomically([1, 2, 3], to: path)
        let reader = try #require(FileHandle(forReadingAtPath: path))
        try writeFileAtomically([4], to: path)
        #expect(try readFile(path) == [4])
        #expect(try reader.readToEnd() == Data([1, 2, 3]), "who has the old one open keeps it")
    }

    @Test func `what killed processes left is removed, and what is being written is not`() throws {
        let (left, written) = (folder.path + "/.elbod-1a.tmp", folder.path + "/.elbod-2b.tmp")
        for file in [left, written, folder.path + "/.elbod-notes", folder.path + "/.other.tmp"] {
            #expect(FileManager.default.createFile(atPath: file, contents: Data([9])))
        }
        let writer = try #require(FileHandle(forWritingAtPath: written))
        #expect(flock(writer.fileDescriptor, LOCK_EX) == 0)
        try writeFileAtomically([1], to: path)
        #expect(
            try folder.names() == [".elbod-2b.tmp", ".elbod-notes", ".other.tmp", "model"])
        try writer.close()
        try writeFileAtomically([2], to: path)
        #expect(try folder.names() == [".elbod-notes", ".other.tmp", "model"])
    }

    @Test(arguments: [0o644, 0o600] as [UInt32])
    func `permissions are as asked for under the umask`(asked: UInt32) throws {
        try writeFileAtomically([1], to: path, mode: asked)
        #expect(try mode(path) == asked & ~umask())
    }

    @Test func `a symbolic link is followed and kept`() throws {
        let link = folder.path + "/current"
        try writeFileAtomically([1], to: path)
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "model")
        try writeFileAtomically([2], to: link)
        #expect(try readFile(path) == [2])
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "model")
    }

    @Test func `a folder is not replaced`() throws {
        #expect(throws: FilesError.isFolder(path: folder.path)) {
            try writeFileAtomically([1], to: folder.path)
        }
        #expect(throws: FilesError.isFolder(path: path + "/")) {
            try writeFileAtomically([1], to: path + "/")
        }
        #expect(try folder.names() == [])
    }

    @Test func `a device is not replaced`() {
        #expect(throws: FilesError.notReplaceable(path: "/dev/null")) {
            try writeFileAtomically([1], to: "/dev/null")
        }
        #expect(fileKind(at: "/dev/null") == .other)
    }

    @Test func `a missing folder is named`() {
        let error = #expect(throws: FilesError.self) {
            try writeFileAtomically([1], to: path + "/deeper/x")
        }
        #expect(error?.description.contains("could not open the folder \(path)/deeper") == true)
    }

    @Test func `an empty path is refused`() {
        #expect(throws: FilesError.self) { try writeFileAtomically([1], to: "") }
    }

    @Test func `a failing rename leaves no temporary file`() throws {
        // The temporary file's own name is short, so only the last step fails.
        let long = folder.path + "/" + String(repeating: "x", count: 300)
        let error = #expect(throws: FilesError.self) { try writeFileAtomically([1], to: long) }
        #expect(error?.description.contains("File name too long") == true)
        #expect(try folder.names() == [])
    }

    @Test func `a write that stops halfway leaves the old file and nothing else`() async {
        // In a process of its own, because the limit on file sizes holds for all of its threads.
        await #expect(processExitsWith: .success) {
            let folder = try TemporaryFolder()
            let path = folder.path + "/model"
            try writeFileAtomically([1, 2, 3], to: path)
            signal(SIGXFSZ, SIG_IGN)
            var limit = rlimit(rlim_cur: 4096, rlim_max: 4096)
            guard setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0 else {
                exit(2)
            }
            do throws(FilesError) {
                try writeFileAtomically([UInt8](repeating: 9, count: 100_000), to: path)
                exit(3)
            } catch {
                guard case .unwritable(path, "write it all", "File too large") = error else {
                    exit(4)
                }
            }
            guard try readFile(path) == [1, 2, 3] else { exit(5) }
            guard try folder.names() == ["model"] else { exit(6) }
        }
    }
}
