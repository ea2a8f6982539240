import Datasets
import Files
import Images
import TestSupport
import Testing

@Suite struct PreprocessedDatasetTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func put(_ bytes: [UInt8], _ name: String) throws {
        try writeFileAtomically(bytes, to: folder.path + "/" + name)
    }

    private func load(
        _ name: String = "", _ steps: String = ""
    ) throws -> ImageSet {
        try DatasetLibrary(explicit: nil, environment: [:]).load(
            DatasetSpecification(folder.path + "/" + name), preprocessing: Preprocessing(steps))
    }

    @Test
    func `a folder may hold PNG and JPEG files of any size and colour, if they are preprocessed`()
        throws
    {
        try put(PictureSamples.gray, "a.jpg")
        try put(PictureSamples.color, "b.JPEG")
        try put(PictureSamples.colorPNG, "c.png")
        try put(PictureSamples.plain, "d.jpeg")
        let set = try load("", "grayscale,resize=1x1")
        #expect((set.count, set.shape) == (4, ImageShape(rows: 1, columns: 1)))
        let file = PictureSamples.plain
        let plain = try JPEG.decode(file.span, asLuma: true).pixels
        let mean = plain.reduce(plain.count / 2) { $0 + Int($1) } / plain.count
        // Means: 409 / 4; 344 / 4 of what `JPEGTests` reads as brightness; 345 / 4.
        #expect(set.pixels.map(Int.init) == [102, 86, 86, mean])
        #expect(try load("b.JPEG", "grayscale,resize=1x1").pixels == [86])
    }

    @Test func `what a file holds counts, not its name`() throws {
        try put(PictureSamples.gray, "a.png")
        #expect(try load().pixels == [1, 51, 102, 255])
    }

    @Test func `brightness alone is read where that is enough`() throws {
        try put(PictureSamples.color, "a.jpg")
        // From red, green and blue, the first would be 76.
        #expect(try load("", "grayscale").pixels == [75, 150, 29, 90])
    }

    @Test func `IDX images are preprocessed like pictures`() throws {
        let header: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2]
        try put(header + [5, 6, 7, 8], "x-images-idx3-ubyte")
        try put([0, 0, 8, 1, 0, 0, 0, 2, 1, 0], "x-labels-idx1-ubyte")
        let set = try load("x-images-idx3-ubyte", "crop")
        #expect(set.pixels == [5, 7] && set.labels == [1, 0] && set.columns == 1)
    }

    @Test func `as it is, a JPEG must be of the others' size and becomes brightness`() throws {
        try put(PictureSamples.gray, "a.jpg")
        #expect(try load().pixels == [1, 51, 102, 255])
        try put(PictureSamples.progressive, "b.jpg")
        let odd = DatasetError.mixedSizes(
            file: folder.path + "/b.jpg", found: "8 x 8", expected: "2 x 2")
        #expect(throws: DatasetError.badFiles(errors: [odd], count: 1, all: 2)) { try load() }
        try put(PictureSamples.color, "b.jpg")
        #expect(try load().pixels == [1, 51, 102, 255, 75, 150, 29, 90])
    }

    @Test func `a picture that the steps do not take is refused by name`() throws {
        try put(
            PNG.encode(Image(ImageShape(rows: 1, columns: 2, channels: 4), pixels: Array(0..<8))),
            "a.png")
        let error = #expect(
            throws: DatasetError.notPrepared(
                file: folder.path + "/a.png", found: "1 x 2 x 4", steps: "resize=1x1")
        ) { try load("a.png", "resize=1x1") }
        #expect(error?.description.contains("1 x 2 x 4") == true)
    }

    @Test func `a damaged JPEG is refused by name`() throws {
        try put(Array(PictureSamples.color.dropLast(9)), "a.jpg")
        let error = #expect(throws: DatasetError.self) { try load("", "grayscale") }
        #expect(error?.description.contains("/a.jpg: The JPEG cannot") == true)
    }
}
