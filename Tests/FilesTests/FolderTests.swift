import Files
import Foundation
import TestSupport
import Testing

@Suite struct FolderTests {
    @Test func `names are sorted and hidden ones left out`() throws {
        let folder = try TemporaryFolder()
        for name in ["b", "a", ".hidden", "c.png"] {
            try writeFileAtomically([], to: folder.path + "/" + name)
        }
        #expect(try fileNames(inFolder: folder.path) == ["a", "b", "c.png"])
    }

    @Test func `a missing folder is refused by name and reason`() {
        #expect(
            throws: FilesError.unreadable(path: "/nowhere", reason: "No such file or directory")
        ) { try fileNames(inFolder: "/nowhere") }
    }

    @Test func `the four kinds are told apart, through links`() throws {
        let folder = try TemporaryFolder()
        try writeFileAtomically([], to: folder.path + "/file")
        try FileManager.default.createSymbolicLink(
            atPath: folder.path + "/link", withDestinationPath: "file")
        #expect(fileKind(at: folder.path + "/link") == .file)
        #expect(fileKind(at: folder.path) == .folder)
        #expect(fileKind(at: "/dev/zero") == .other)
        #expect(fileKind(at: folder.path + "/none") == .absent)
    }
}
