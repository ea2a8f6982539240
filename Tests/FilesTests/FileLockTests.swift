import Files
import Foundation
import TestSupport
import Testing

@Suite struct FileLockTests {
    private let folder: TemporaryFolder
    private let path: String

    init() throws {
        folder = try TemporaryFolder()
        path = folder.path + "/lock"
    }

    @Test func `a lock is held once, and again when it is let go of`() throws {
        var lock = try FileLock(path)
        #expect(lock?.isIntact == true)
        #expect(try FileLock(path) == nil)
        lock = nil
        #expect(try FileLock(path) != nil)
    }

    @Test func `a lock whose file is deleted or replaced is not intact`() throws {
        let lock = try #require(try FileLock(path))
        try FileManager.default.removeItem(atPath: path)
        #expect(!lock.isIntact)
        let other = try #require(try FileLock(path), "nobody holds the new file")
        #expect(other.isIntact && !lock.isIntact)
    }

    @Test func `a lock that cannot be made is an error`() {
        #expect(throws: FilesError.self) { try FileLock(folder.path + "/absent/lock") }
    }
}
