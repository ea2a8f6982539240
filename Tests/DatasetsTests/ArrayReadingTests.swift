import Datasets
import Files
import Images
import TestSupport
import Testing

@Suite struct ArrayReadingTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func load(
        _ bytes: [UInt8], key: String = "", _ change: (inout ReadingOptions) -> Void = { _ in }
    ) throws -> ImageSet {
        try writeFileAtomically(bytes, to: folder.path + "/a")
        var options = ReadingOptions()
        change(&options)
        return try DatasetLibrary(explicit: nil, environment: [:])
            .load(DatasetSpecification(folder.path + "/a" + key), options)
    }

    private func refusal(
        _ bytes: [UInt8], _ change: (inout ReadingOptions) -> Void = { _ in }
    ) -> String {
        do {
            _ = try load(bytes, change)
            return "it was read"
        } catch { return "\(error)" }
    }

    /// Two images of 5 × 6.
    private static let pixels = (0..<60).map { UInt8($0 * 4) }
    private static let size = ImageShape(rows: 5, columns: 6)

    @Test(arguments: [[2, 5, 6], [2, 5, 6, 1], [2, 1, 5, 6]])
    func `a channel axis first, last or not at all makes no difference`(shape: [Int]) throws {
        for file in [npy("|u1", shape, Self.pixels), idx(8, shape, Self.pixels)] {
            let set = try load(file)
            #expect((set.count, set.shape) == (2, Self.size) && set.pixels == Self.pixels)
        }
    }

    @Test(arguments: [[30], [5, 6], [1, 5, 6], [5, 6, 1], [1, 5, 6, 1], [1, 30]])
    func `one image is one, however it lies, for a model of its size`(shape: [Int]) throws {
        let set = try load(npy("|u1", shape, Array(Self.pixels[..<30]))) {
            $0.modelShape = Self.size
        }
        #expect((set.count, set.shape) == (1, Self.size))
    }

    @Test func `every type of number gives the same images`() throws {
        let (p, wide) = (Self.pixels, Self.pixels.map(Double.init))
        let files: [(String, [UInt8])] = [
            ("<u2", littleEndian(p.map { UInt16($0) * 257 + 1 })),
            (">u2", p.map { UInt16($0) * 257 + 1 }.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }),
            ("<i2", littleEndian(wide.map { Int16($0 / 255 * 32767) })),
            ("<u4", littleEndian(p.map { UInt32($0) * 16_843_009 })),
            ("<i4", littleEndian(wide.map { Int32($0 / 255 * 2_147_483_647) })),
            ("<i8", littleEndian(wide.map { Int64($0 / 255 * 0x1p62) * 2 })),
            ("<f2", littleEndian(wide.map { Float16($0 / 255).bitPattern })),
            ("<f4", littleEndian(wide.map { Float($0 / 255).bitPattern })),
            ("<f8", littleEndian(wide.map { ($0 / 255).bitPattern })),
        ]
        for (dtype, elements) in files {
            let set = try load(npy(dtype, [2, 5, 6], elements))
            #expect(set.pixels == p, "\(dtype)")
        }
        let floats = wide.map { Float($0 / 255).bitPattern.bigEndian }
        #expect(try load(idx(0x0D, [2, 5, 6], littleEndian(floats))).pixels == p)
        let black = try load(npy("|b1", [1, 2, 2], [0, 1, 2, 0])).pixels
        #expect(black == [0, 255, 255, 0])
        #expect(try load(npy("|i1", [1, 1, 2], [0, 127])).pixels == [0, 255])
    }

    @Test func `integers that do not use their type's range are refused until a depth is given`()
        throws
    {
        let twelve = npy("<u2", [1, 1, 3], littleEndian([0, 2048, 4095] as [UInt16]))
        let text = refusal(twelve)
        #expect(text.contains("uint16") && text.contains("4095") && text.contains("--depth 12"))
        #expect(try load(twelve) { $0.depth = 12 }.pixels == [0, 128, 255])
        #expect(try load(twelve) { $0.depth = 16 }.pixels == [0, 8, 16])
        #expect(refusal(twelve) { $0.depth = 10 }.contains("more than 10 bits"))
        let bytes = npy("<i4", [1, 1, 3], littleEndian([0, 128, 255] as [Int32]))
        #expect(refusal(bytes).contains("--depth 8"))
        #expect(try load(bytes) { $0.depth = 8 }.pixels == [0, 128, 255])
        let black = npy("<i4", [1, 1, 2], littleEndian([0, 0] as [Int32]))
        #expect(try load(black).pixels == [0, 0])
        let negative = npy("<i2", [1, 1, 2], littleEndian([-1, 32767] as [Int16]))
        #expect(refusal(negative).contains("holds -1"))
    }

    @Test func `floating-point numbers beyond 0 to 1 are refused, or divided by what is white`()
        throws
    {
        func file(_ numbers: [Float]) -> [UInt8] {
            npy("<f4", [1, 1, numbers.count], littleEndian(numbers.map(\.bitPattern)))
        }
        #expect(refusal(file([0, 255])).contains("--depth 8"))
        #expect(try load(file([0, 255])) { $0.depth = 8 }.pixels == [0, 255])
        #expect(refusal(file([0, .nan])).contains("nan"))
        #expect(refusal(file([0, .infinity])).contains("inf"))
        #expect(refusal(file([-0.1])).contains("-0.1"))
        #expect(try load(file([-0.00001, 1.00001])).pixels == [0, 255])
    }

    @Test func `rows of flat pixels are images where that is certain`() throws {
        let flat = npy("|u1", [3, 784], [UInt8](repeating: 7, count: 3 * 784))
        let square = ImageShape(rows: 28, columns: 28)
        // For a model of this size, for one that makes images of this size, or because it is said.
        for set in [
            try load(flat) { $0.modelShape = square },
            try load(flat) { $0.preprocessing.resize = square },
            try load(flat) { $0.arrayShape = square },
        ] { #expect((set.count, set.shape) == (3, square)) }
        let wide = ImageShape(rows: 14, columns: 56)
        #expect(try load(flat) { $0.arrayShape = wide }.shape == wide)
        #expect(try load(flat) { $0.arrayShape = ImageShape(rows: 3, columns: 784) }.count == 1)
        // No picture has so many rows.
        let many = idx(8, [20_000, 4], [UInt8](repeating: 7, count: 80_000))
        #expect(try load(many).shape == ImageShape(rows: 2, columns: 2))
    }

    @Test(arguments: [[300, 784], [784, 784], [10, 3072]])
    func `rows that may be a picture or flat images are refused with both readings`(
        shape: [Int]
    ) {
        let elements = [UInt8](repeating: 7, count: shape[0] * shape[1])
        for file in [npy("|u1", shape, elements), idx(8, shape, elements)] {
            let text = refusal(file)
            #expect(text.contains("one picture of \(shape[0]) rows"), "\(text)")
            #expect(text.contains("\(shape[0]) images in flat rows of \(shape[1])"), "\(text)")
            #expect(text.contains("--shape"), "\(text)")
        }
    }

    @Test func `labels beside a file say that its rows are images`() throws {
        let path = folder.path + "/x-images-idx3-ubyte"
        try writeFileAtomically(idx(8, [3, 4], Array(0..<12)), to: path)
        try writeFileAtomically(
            [0, 0, 8, 1, 0, 0, 0, 3, 1, 0, 1], to: folder.path + "/x-labels-idx1-ubyte")
        let set = try DatasetLibrary(explicit: nil, environment: [:])
            .load(DatasetSpecification(path))
        #expect((set.count, set.rows) == (3, 2) && set.labels == [1, 0, 1])
    }

    @Test func `one picture of a model that resizes is one, whatever its size`() throws {
        let picture = npy("|u1", [30, 40], [UInt8](repeating: 7, count: 1200))
        let set = try load(picture) {
            ($0.modelShape, $0.preprocessing.resize) = (Self.size, Self.size)
        }
        #expect((set.count, set.shape) == (1, Self.size))
    }

    @Test func `colour lies in pixels or in planes, and becomes grey like a picture's`() throws {
        let colours: [[UInt8]] = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]]
        let row = (0..<6).flatMap { colours[$0 % 4] }
        let pixels = Array([row, row, row, row, row].joined())
        let planes = (0..<3).flatMap { channel in
            stride(from: channel, to: pixels.count, by: 3).map { pixels[$0] }
        }
        let interleaved = try load(npy("|u1", [1, 5, 6, 3], pixels)) {
            $0.preprocessing.grayscale = .rgb
        }
        let planar = try load(npy("|u1", [1, 3, 5, 6], planes)) {
            $0.preprocessing.grayscale = .rgb
        }
        #expect(Array(interleaved.pixels[..<4]) == [76, 150, 29, 255])
        #expect(planar.pixels == interleaved.pixels)
        let single = try load(npy("|u1", [5, 6, 3], pixels)) { $0.preprocessing.grayscale = .bgr }
        #expect(Array(single.pixels[..<4]) == [29, 150, 76, 255])
        #expect(refusal(npy("|u1", [5, 6, 3], pixels)).contains("--preprocess grayscale"))
        // Three grey images or one in colour: nothing says which.
        let text = refusal(npy("|u1", [3, 5, 6], planes)) { $0.preprocessing.grayscale = .rgb }
        #expect(text.contains("plane after plane") && text.contains("3 grey ones"), "\(text)")
        #expect(try load(npy("|u1", [3, 5, 6], planes)).count == 3)
    }

    @Test func `an NPZ file gives its images, or names them if they are several`() throws {
        #expect(try load(NPZSamples.one).pixels == [1, 2, 3, 4])
        #expect(refusal(NPZSamples.several).contains("x_train, x_test"))
        #expect(try load(NPZSamples.several, key: ":x_test").pixels == [5, 6])
        #expect(try load(NPZSamples.several, key: ":x_train[0..<1]").pixels == [1, 2])
        #expect(refusal(Array(NPZSamples.one.dropLast(9))).contains("zip archive"))
    }
}
