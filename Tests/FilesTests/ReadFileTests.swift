import Files
import Glibc
import TestSupport
import Testing

@Suite struct ReadFileTests {
    private let folder: TemporaryFolder
    private let path: String

    init() throws {
        folder = try TemporaryFolder()
        path = folder.path + "/some"
    }

    @Test func `a file is read whole, also beyond one chunk`() throws {
        let bytes = (0..<700_001).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try writeFileAtomically(bytes, to: path)
        #expect(try readFile(path) == bytes)
    }

    @Test func `an empty file is no bytes`() throws {
        try writeFileAtomically([], to: path)
        #expect(try readFile(path) == [])
    }

    @Test func `a file of exactly the limit is read and one more byte is refused`() throws {
        try writeFileAtomically([1, 2, 3], to: path)
        #expect(try readFile(path, limit: 3) == [1, 2, 3])
        #expect(throws: FilesError.tooLarge(path: path, limit: 2)) { try readFile(path, limit: 2) }
    }

    @Test func `an endless device is refused at the limit`() {
        #expect(throws: FilesError.tooLarge(path: "/dev/zero", limit: 1_000_000)) {
            try readFile("/dev/zero", limit: 1_000_000)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `an ordinary file is read, and nothing else is waited for`() throws {
        try writeFileAtomically([1, 2, 3], to: path)
        #expect(try readOrdinaryFile(path, limit: 3) == [1, 2, 3])
        #expect(throws: FilesError.tooLarge(path: path, limit: 2)) {
            try readOrdinaryFile(path, limit: 2)
        }
        let pipe = folder.path + "/pipe"
        #expect(mkfifo(pipe, 0o600) == 0)
        for path in [pipe, "/dev/zero", "/dev/null"] {
            #expect(throws: FilesError.notOrdinary(path: path)) {
                try readOrdinaryFile(path, limit: 1 << 30)
            }
        }
        #expect(throws: FilesError.isFolder(path: folder.path)) {
            try readOrdinaryFile(folder.path, limit: 3)
        }
        let loop = folder.path + "/loop"
        #expect(symlink(loop, loop) == 0)
        let error = #expect(throws: FilesError.self) { try readOrdinaryFile(loop, limit: 3) }
        #expect(error?.description.contains("Too many levels of symbolic links") == true)
    }

    @Test func `of what is no such file only the beginning is read`() throws {
        try writeFileAtomically([UInt8](repeating: 0, count: 1 << 20), to: path)
        let bytes = try readOrdinaryFile(path, limit: 1 << 30) { $0.first == 1 }
        #expect(bytes.count == 1 << 18)
        #expect(truncate(path, 200 << 30) == 0)
        #expect(throws: FilesError.tooLarge(path: path, limit: 1 << 31)) {
            try readOrdinaryFile(path, limit: 1 << 31)
        }
    }

    @Test func `a file that does not tell its size is read`() throws {
        #expect(try readFile("/proc/self/cmdline").isEmpty == false)
    }

    @Test func `a folder is refused by name`() {
        let error = #expect(throws: FilesError.self) { try readFile(folder.path) }
        #expect(error == .isFolder(path: folder.path))
        #expect(error?.description.hasPrefix("\(folder.path) is a folder") == true)
    }

    @Test func `a missing file is refused by name and reason`() {
        #expect(
            throws: FilesError.unreadable(path: path, reason: "No such file or directory")
        ) { try readFile(path) }
    }

    @Test func `a dash is standard input, which stays open`() async {
        await #expect(processExitsWith: .success) {
            let folder = try TemporaryFolder()
            try writeFileAtomically([7, 8, 9], to: folder.path + "/input")
            let input = open(folder.path + "/input", O_RDONLY)
            guard dup2(input, STDIN_FILENO) == STDIN_FILENO else { exit(2) }
            guard try readFile("-") == [7, 8, 9] else { exit(3) }
            guard lseek(STDIN_FILENO, 0, SEEK_SET) == 0 else { exit(4) }
        }
    }
}
