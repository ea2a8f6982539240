import Files
import Foundation
import Glibc
import TestSupport
import Testing

@Suite struct FileTreeTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func put(_ name: String) throws {
        let path = folder.path + "/" + name
        try FileManager.default.createDirectory(
            atPath: URL(fileURLWithPath: path).deletingLastPathComponent().path,
            withIntermediateDirectories: true)
        try writeFileAtomically([1], to: path)
    }

    private func names() throws -> [String] {
        try FileTree(FilePath(folder.path)).files.map {
            String($0.description.dropFirst(folder.path.count + 1))
        }
    }

    @Test func `files of all folders come in the order of their names`() throws {
        for name in ["b", "a/2", "a/1/x", "c/d/e/f", ".hidden/x", "a/.hidden", "Z"] {
            try put(name)
        }
        #expect(try names() == ["Z", "a/1/x", "a/2", "b", "c/d/e/f"])
    }

    @Test func `links are followed, in no circle, and pipes are never opened`() throws {
        try put("a/file")
        let manager = FileManager.default
        for (name, target) in [("a/up", ".."), ("same", "a"), ("link", "a/file"), ("dead", "b")] {
            try manager.createSymbolicLink(
                atPath: folder.path + "/" + name, withDestinationPath: target)
        }
        #expect(mkfifo(folder.path + "/pipe", 0o600) == 0)
        let tree = try FileTree(FilePath(folder.path))
        #expect(tree.others == 2)
        #expect(try names() == ["a/file", "link"])
    }

    @Test func `a name that is not UTF-8 is found and its file can be read`() throws {
        let path = FilePath(folder.path).appending([0x63, 0xE9])
        let name = path.bytes.map { CChar(bitPattern: $0) } + [0]
        let file = open(name, O_CREAT | O_WRONLY, 0o600)
        #expect(write(file, [7 as UInt8, 8], 2) == 2)
        close(file)
        // Foundation cannot remove such a folder.
        defer { unlink(name) }
        let files = try FileTree(FilePath(folder.path)).files
        #expect(files == [path] && fileKind(at: path) == .file)
        #expect(try readFile(path) == [7, 8])
        #expect(try readFile(path, length: 1) == [7])
    }

    @Test func `a folder that is not there is refused by name`() {
        let missing = folder.path + "/none"
        let error = #expect(throws: FilesError.self) { try FileTree(FilePath(missing)) }
        #expect(error?.description.contains(missing) == true)
    }
}
