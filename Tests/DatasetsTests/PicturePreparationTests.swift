import Datasets
import Files
import Images
import TestSupport
import Testing

@Suite struct PicturePreparationTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func put(_ bytes: [UInt8], _ name: String) throws {
        try writeFileAtomically(bytes, to: folder.path + "/" + name)
    }

    private func load(
        _ name: String = "", _ preparation: PicturePreparation? = nil
    ) throws -> ImageSet {
        try DatasetLibrary(explicit: nil, environment: [:])
            .load(DatasetSpecification(folder.path + "/" + name), preparation: preparation)
    }

    /// An image of one pixel, the picture's first byte; refuses four channels.
    private static let first = PicturePreparation(name: "first", takesLuma: false) { picture in
        picture.extent.channels == 4
            ? nil : GrayImage(rows: 1, columns: 1, pixels: [picture.pixels[0]])
    }

    @Test func `a folder may hold PNG and JPEG files of any size and colour, if they are prepared`()
        throws
    {
        try put(PictureSamples.gray, "a.jpg")
        try put(PictureSamples.color, "b.JPEG")
        try put(PictureSamples.colorPNG, "c.png")
        try put(PictureSamples.plain, "d.jpeg")
        let set = try load("", Self.first)
        #expect((set.count, set.rows, set.columns) == (4, 1, 1))
        #expect(set.pixels == [1, 253, 255, 39])
        #expect(try load("b.JPEG", Self.first).pixels == [253])
    }

    @Test func `what a file holds counts, not its name`() throws {
        try put(PictureSamples.gray, "a.png")
        #expect(try load().pixels == [1, 51, 102, 255])
    }

    @Test func `brightness alone is read where that is enough`() throws {
        try put(PictureSamples.color, "a.jpg")
        let luma = PicturePreparation(name: "luma", takesLuma: true) { picture in
            GrayImage(rows: 2, columns: 2, pixels: picture.pixels)
        }
        #expect(try load("", luma).pixels == [75, 150, 29, 90])
    }

    @Test func `IDX images are prepared like pictures`() throws {
        let header: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2]
        try put(header + [5, 6, 7, 8], "x-images-idx3-ubyte")
        try put([0, 0, 8, 1, 0, 0, 0, 2, 1, 0], "x-labels-idx1-ubyte")
        let set = try load("x-images-idx3-ubyte", Self.first)
        #expect(set.pixels == [5, 7] && set.labels == [1, 0] && set.columns == 1)
    }

    @Test func `unprepared, a JPEG must be grey and of the others' size`() throws {
        try put(PictureSamples.gray, "a.jpg")
        #expect(try load().pixels == [1, 51, 102, 255])
        try put(PictureSamples.progressive, "b.jpg")
        #expect(
            throws: DatasetError.mixedSizes(
                file: folder.path + "//b.jpg", found: "8 x 8", expected: "2 x 2")
        ) { try load() }
        try put(PictureSamples.color, "b.jpg")
        let error = #expect(throws: DatasetError.coloured(file: folder.path + "//b.jpg")) {
            try load()
        }
        #expect(error?.description.contains("--preprocess grayscale") == true)
    }

    @Test func `a picture that the steps do not take is refused by name`() throws {
        try put(PNG.encode(ColorImage(rows: 1, columns: 2, pixels: Array(0..<8))), "a.png")
        let error = #expect(
            throws: DatasetError.notPrepared(
                file: folder.path + "/a.png", found: "1 x 2 x 4", steps: "first")
        ) { try load("a.png", Self.first) }
        #expect(error?.description.contains("1 x 2 x 4") == true)
    }

    @Test func `a damaged JPEG is refused by name`() throws {
        try put(Array(PictureSamples.color.dropLast(9)), "a.jpg")
        let error = #expect(throws: DatasetError.self) { try load("", Self.first) }
        #expect(error?.description.contains("/a.jpg: The JPEG cannot") == true)
    }
}
