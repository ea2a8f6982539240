import Datasets
import Files
import Images
import TestSupport
import Testing

@Suite struct DatasetPathTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func put(_ bytes: [UInt8], _ name: String) throws {
        try writeFileAtomically(bytes, to: folder.path + "/" + name)
    }

    private func put(picture pixels: [UInt8], columns: Int, _ name: String) throws {
        let image = Image(
            ImageShape(rows: pixels.count / columns, columns: columns), pixels: pixels)
        try put(PNG.encode(image), name)
    }

    private func load(_ name: String) throws -> ImageSet {
        try DatasetLibrary(explicit: nil, environment: [:])
            .load(DatasetSpecification(folder.path + "/" + name))
    }

    @Test func `an IDX file is loaded with the labels beside it`() throws {
        try put([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, 5, 6], "my-images-idx3-ubyte")
        try put([0, 0, 8, 1, 0, 0, 0, 2, 1, 0], "my-labels-idx1-ubyte")
        let set = try load("my-images-idx3-ubyte")
        #expect(set.pixels == [5, 6])
        #expect(set.labels == [1, 0])
        #expect(set.name == folder.path + "/my-images-idx3-ubyte")
    }

    @Test func `a PNG file is one image`() throws {
        try put(picture: [1, 2, 3, 4, 5, 6], columns: 3, "a.png")
        let set = try load("a.png")
        #expect((set.count, set.rows, set.columns) == (1, 2, 3))
        #expect(set.pixels == [1, 2, 3, 4, 5, 6])
    }

    @Test func `a folder's pictures come in the order of their names`() throws {
        try put(picture: [2], columns: 1, "b.PNG")
        try put(picture: [1], columns: 1, "a.png")
        try put(picture: [3], columns: 1, "c.png")
        try put([0], "notes.txt")
        #expect(try load("").pixels == [1, 2, 3])
        #expect(try load("[1..<3]").pixels == [2, 3])
    }

    @Test func `pictures of two sizes are refused by name`() throws {
        try put(picture: [1, 1], columns: 1, "a.png")
        try put(picture: [1, 1], columns: 2, "b.png")
        let odd = DatasetError.mixedSizes(
            file: folder.path + "/b.png", found: "1 x 2", expected: "2 x 1")
        #expect(throws: DatasetError.badFiles(errors: [odd], count: 1, all: 2)) { try load("") }
    }

    @Test func `a damaged picture is refused by name`() throws {
        try put([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0], "a.png")
        let error = #expect(throws: DatasetError.self) { try load("a.png") }
        #expect(error?.description.hasPrefix(folder.path + "/a.png: The PNG cannot") == true)
    }

    @Test func `a folder without pictures is refused`() throws {
        try put([0], "notes.txt")
        #expect(
            throws: DatasetError.noPictures(
                folder: folder.path + "/", passedOver: "passed over: 1 .txt")
        ) { try load("") }
    }

    @Test func `an NPY file of bytes is images`() throws {
        try put(npy("|u1", [3, 1, 2], [1, 2, 3, 4, 5, 6]), "a.npy")
        let set = try load("a.npy")
        #expect((set.count, set.rows, set.columns) == (3, 1, 2))
        try put(npy("|u1", [1, 2], [1, 2]), "one.npy")
        #expect(try load("one.npy").count == 1)

        try put(npy("<c8", [1, 1, 1], [0, 0, 0, 0, 0, 0, 0, 0]), "c.npy")
        #expect(
            throws: DatasetError.unsupportedElements(file: folder.path + "/c.npy", dtype: "<c8")
        ) { try load("c.npy") }
        try put(npy("|u1", [2], [1, 2]), "flat.npy")
        let error = #expect(throws: DatasetError.self) { try load("flat.npy") }
        guard case .wrongDimensions(_, 1, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func `a file of no known format is refused`() throws {
        try put(Array("hello".utf8), "a.txt")
        #expect(throws: DatasetError.unknownFormat(file: folder.path + "/a.txt")) {
            try load("a.txt")
        }
    }

    @Test func `a missing path is refused by name`() {
        let error = #expect(throws: DatasetError.self) { try load("none") }
        #expect(error?.description.hasPrefix("Cannot read \(folder.path)/none:") == true)
    }
}
