import Datasets
import Files
import Foundation
import Glibc
import Images
import Platform
import TestSupport
import Testing

@Suite struct PictureFolderTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func put(_ bytes: [UInt8], _ name: String) throws {
        let path = folder.path + "/" + name
        try FileManager.default.createDirectory(
            atPath: URL(fileURLWithPath: path).deletingLastPathComponent().path,
            withIntermediateDirectories: true)
        try writeFileAtomically(bytes, to: path)
    }

    private func put(picture pixels: [UInt8], _ name: String) throws {
        let shape = ImageShape(rows: pixels.count, columns: 1)
        try put(PNG.encode(Image(shape, pixels: pixels)), name)
    }

    private func load(
        _ names: [String] = [""], _ change: (inout ReadingOptions) -> Void = { _ in }
    ) throws -> ImageSet {
        var options = ReadingOptions()
        change(&options)
        return try DatasetLibrary(explicit: nil, environment: [:]).load(
            try names.map { try DatasetSpecification(folder.path + "/" + $0) }, options)
    }

    private func error(_ change: (inout ReadingOptions) -> Void = { _ in }) -> DatasetError? {
        do {
            _ = try load([""], change)
            return nil
        } catch { return error as? DatasetError }
    }

    @Test func `class folders are read to any depth, and are the labels`() throws {
        try put(picture: [1], "bad/x.png")
        try put(picture: [2], "good/deep/er/a.png")
        try put(picture: [3], "good/b.PNG")
        let set = try load()
        #expect(set.pixels == [1, 3, 2] && set.labels == [0, 1, 1])
        #expect(
            set.reading.notes == [
                "\(folder.path)/ holds pictures in several places: 1 in bad/, 2 in good/"
            ])
    }

    @Test func `a stray picture beside class folders is not silently all there is`() throws {
        try put(picture: [1], "good/x.png")
        try put(picture: [2], "good/y.png")
        try put(picture: [9], "cover.png")
        let set = try load()
        #expect(set.pixels == [9, 1, 2] && set.labels == nil)
        #expect(set.reading.notes.first?.contains("1 beside the folders, 2 in good/") == true)
        // Of another size, it is the odd one, though it comes first.
        try put(picture: [9, 9], "cover.png")
        let odd = DatasetError.mixedSizes(
            file: folder.path + "/cover.png", found: "2 x 1", expected: "1 x 1")
        #expect(error() == .badFiles(errors: [odd], count: 1, all: 3))
    }

    @Test func `files that are no pictures are passed over and counted by kind`() throws {
        try put(picture: [1], "a.png")
        try put(picture: [2], "without-ending")
        for name in ["a.txt", "b.TXT", "c.txt", "d.gif", "LICENSE"] { try put([1, 2], name) }
        #expect(mkfifo(folder.path + "/pipe", 0o600) == 0)
        let set = try load()
        #expect(set.pixels == [1, 2], "what a file holds counts")
        #expect(
            set.reading.passedOverText
                == "passed over: 3 .txt, 1 .gif, 1 devices, pipes or dead links, 1 without ending")
    }

    @Test func `all bad files are named in one run, the first twenty with what is wrong`() throws {
        for index in 0..<30 { try put(picture: [UInt8(index)], "good-\(index).png") }
        let damaged: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0]
        for index in 10..<33 { try put(damaged, "bad-\(index).png") }
        try put([], "bad-empty.jpg")
        try put(Array("<html>404</html>".utf8), "bad-page.png")
        let text = error()?.description ?? ""
        #expect(text.hasPrefix("25 of 55 files cannot be used:\n"), "\(text)")
        #expect(text.contains("bad-29.png: The PNG") && !text.contains("bad-30.png"), "\(text)")
        #expect(text.contains("and 5 more") && text.contains("--skip-bad"), "\(text)")
        let set = try load { $0.badFiles = .leftOut }
        #expect(set.count == 30 && set.reading.leftOut == 25 && set.reading.errors.count == 20)
        let last = try load(["bad-page.png", "good-1.png"]) { $0.badFiles = .leftOut }
        #expect(last.reading.errors.first?.description.contains("<html>404") == true)
    }

    @Test func `more bad files than good ones are not left out`() throws {
        try put(picture: [1], "a.png")
        try put([], "b.png")
        #expect(try load { $0.badFiles = .leftOut }.count == 1)
        try put([], "c.png")
        #expect(error { $0.badFiles = .leftOut } != nil)
    }

    @Test func `a name that is not UTF-8 is read, and shown escaped`() throws {
        try put(picture: [1], "a.png")
        let png = try readFile(folder.path + "/a.png")
        for (name, bytes) in [(0xE9, png), (0xEA, Array(png.dropLast(20)))] as [(UInt8, [UInt8])] {
            let path =
                folder.path.utf8.map { CChar(bitPattern: $0) } + [0x2F, CChar(bitPattern: name)]
                + ".png".utf8.map { CChar(bitPattern: $0) } + [0]
            let file = open(path, O_CREAT | O_WRONLY, 0o600)
            #expect(write(file, bytes, bytes.count) == bytes.count)
            close(file)
        }
        defer {
            // Foundation cannot remove such files.
            for name: UInt8 in [0xE9, 0xEA] {
                unlink(
                    folder.path.utf8.map { CChar(bitPattern: $0) }
                        + [0x2F, CChar(bitPattern: name)]
                        + ".png".utf8.map { CChar(bitPattern: $0) }
                        + [0])
            }
        }
        let text = error()?.description ?? ""
        #expect(text.contains(#"/\xea.png: The PNG"#), "\(text)")
        #expect(try load { $0.badFiles = .leftOut }.pixels == [1, 1])
    }

    @Test(arguments: [1, 3])
    func `a stop is heard while pictures are read`(threads: Int) throws {
        for index in 0..<300 { try put(picture: [UInt8(index & 255)], "\(index).png") }
        let seen = error {
            $0.threads = threads
            $0.mustStop = { true }
        }
        #expect(seen == .interrupted)
        #expect(seen?.exitStatus.rawValue == 75)
    }

    @Test(arguments: [1, 2, 8])
    func `the order is that of the names, whatever the number of threads`(threads: Int) throws {
        for index in 0..<64 { try put(picture: [UInt8(index)], "\(100 + index).png") }
        let set = try load { $0.threads = threads }
        #expect(set.pixels == (0..<64).map { UInt8($0) })
    }

    @Test func `several names are one set`() throws {
        try put(picture: [1], "a.png")
        try put(picture: [2], "b/c.png")
        try put(npy("|u1", [2, 1, 1], [3, 4]), "d.npy")
        let set = try load(["d.npy[1...]", "a.png", "b"])
        #expect(set.pixels == [4, 1, 2])
        #expect(
            set.name
                == ["d.npy[1...]", "a.png", "b"].map { folder.path + "/" + $0 }
                .joined(separator: " + "))
        #expect(throws: DatasetError.self) { try load(["a.png", "none"]) }
    }

    @Test func `a folder without pictures gives its arrays`() throws {
        try put(npy("|u1", [2, 1, 1], [3, 4]), "b.npy")
        try put(npy("|u1", [1, 1, 1], [5]), "a.npy")
        try put([1], "c.txt")
        #expect(try load().pixels == [5, 3, 4])
    }
}
