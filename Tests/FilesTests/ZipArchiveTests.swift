import Files
import Foundation
import Testing

@Suite struct ZipArchiveTests {
    /// By Python's zipfile: `a.npy`, stored, and `b/c.npy`, deflated.
    static let archive: [UInt8] = {
        let text = """
            UEsDBBQAAAAAAAAAIQAL+UNWBgAAAAYAAAAFAAAAYS5ucHlzdG9yZWRQSwMEFAAAAAgAAAAhAAfWb5AOAAAAtAAAAAcAAABi\
            L2MubnB5S0lNy0ksSU1RSBk6DABQSwECFAMUAAAAAAAAACEAC/lDVgYAAAAGAAAABQAAAAAAAAAAAAAAgAEAAAAAYS5ucHlQ\
            SwECFAMUAAAACAAAACEAB9ZvkA4AAAC0AAAABwAAAAAAAAAAAAAAgAEpAAAAYi9jLm5weVBLBQYAAAAAAgACAGgAAABcAAAA\
            AAA=
            """
        return [UInt8](Data(base64Encoded: text) ?? Data())
    }()

    private func contents(_ bytes: [UInt8]) throws(FilesError) -> [String] {
        let archive = try ZipArchive(bytes)
        var contents: [String] = []
        for entry in archive.entries {
            contents.append(
                entry.name + "=" + String(decoding: try archive.contents(of: entry), as: UTF8.self))
        }
        return contents
    }

    @Test func `stored and deflated files are read, with a comment behind them or not`() throws {
        let expected = ["a.npy=stored", "b/c.npy=" + String(repeating: "deflated ", count: 20)]
        #expect(ZipArchive.isZip(Self.archive))
        #expect(try contents(Self.archive) == expected)
        #expect(try contents(Self.archive + Array("comment".utf8)) == expected)
    }

    @Test func `contents whose check sum is wrong are refused by name`() throws {
        var damaged = Self.archive
        // The first byte of "stored", behind a header of 30 bytes and a name of 5.
        damaged[35] ^= 1
        let error = #expect(throws: FilesError.self) { try contents(damaged) }
        #expect(error?.description.contains("a.npy: it is damaged") == true)
    }

    @Test func `what is larger than the limit is refused before it is unpacked`() throws {
        let archive = try ZipArchive(Self.archive)
        #expect(throws: FilesError.self) {
            try archive.contents(of: archive.entries[1], limit: 179)
        }
        #expect(try archive.contents(of: archive.entries[1], limit: 180).count == 180)
    }

    @Test func `an archive cut at any byte is refused`() {
        for length in 0..<Self.archive.count {
            #expect(throws: FilesError.self, "\(length) bytes") {
                try contents(Array(Self.archive[..<length]))
            }
        }
    }

    @Test func `any byte changed is refused or read, and never fatal`() {
        var refusals = 0
        for index in Self.archive.indices {
            for byte: UInt8 in [0, 1, 0x7F, 0x80, 0xFF, Self.archive[index] ^ 0x10] {
                var damaged = Self.archive
                damaged[index] = byte
                do throws(FilesError) {
                    _ = try contents(damaged)
                } catch { refusals += 1 }
            }
        }
        #expect(refusals > 200)
    }
}
