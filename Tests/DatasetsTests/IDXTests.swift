import Datasets
import Images
import Testing

@Suite struct IDXTests {
    /// Two images of 2 rows and 3 columns.
    private static let images: [UInt8] =
        [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3] + Array(10..<22)
    private static let labels: [UInt8] = [0, 0, 8, 1, 0, 0, 0, 3, 5, 6, 7]
    /// gzip of `labels`, by Python with mtime 0.
    private static let packedLabels: [UInt8] = [
        0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0x63, 0x60,
        0xe0, 0x60, 0x64, 0x60, 0x60, 0x60, 0x66, 0x65, 0x63, 0x07, 0x00, 0x4a,
        0x4c, 0xb5, 0xc0, 0x0b, 0x00, 0x00, 0x00,
    ]

    @Test func `images of three dimensions are read`() throws {
        let set = try IDX.decodeImages(Self.images, name: "golden")
        #expect(set.name == "golden")
        #expect((set.count, set.rows, set.columns) == (2, 2, 3))
        #expect(set.pixels == Array(10..<22))
        #expect(set.labels == nil)
    }

    @Test(arguments: [(4, 2, 2), (784, 28, 28), (6, 1, 6), (1, 1, 1)])
    func `rows of pixels become squares where they can`(pixels: Int, rows: Int, columns: Int) throws
    {
        let header: [UInt8] = [
            0, 0, 8, 2, 0, 0, 0, 1, 0, 0, UInt8(pixels >> 8), UInt8(pixels & 255),
        ]
        let set = try IDX.decodeImages(header + [UInt8](repeating: 1, count: pixels), name: "flat")
        #expect((set.count, set.rows, set.columns) == (1, rows, columns))
    }

    @Test func `labels are read, plain and packed`() throws {
        #expect(try IDX.decodeLabels(Self.labels, name: "x") == [5, 6, 7])
        #expect(try IDX.decodeLabels(Self.packedLabels, name: "x") == [5, 6, 7])
    }

    @Test func `what is written is the golden file`() throws {
        let set = try ImageSet(
            name: "x", shape: ImageShape(rows: 2, columns: 3), pixels: Array(10..<22))
        #expect(try IDX.encodeImages(set) == Self.images)
        #expect(try IDX.encodeLabels([5, 6, 7]) == Self.labels)
    }

    @Test func `a file cut at any byte is refused with the bytes expected and found`() {
        for length in 0..<Self.images.count {
            let expected: DatasetError =
                switch length {
                case ..<4: .truncatedHeader(file: "x", expected: 4, found: length)
                case ..<16: .truncatedHeader(file: "x", expected: 16, found: length)
                default: .wrongLength(file: "x", expected: 28, found: length)
                }
            #expect(throws: expected) {
                try IDX.decodeImages(Array(Self.images[..<length]), name: "x")
            }
        }
    }

    @Test func `a truncated and a padded file are told apart in words`() {
        let long = #expect(throws: DatasetError.self) {
            try IDX.decodeImages(Self.images + [0], name: "f")
        }
        #expect(
            long?.description
                == "f is padded: 28 bytes are expected, 29 are there. Fetch or copy it again.")
        let short = #expect(throws: DatasetError.self) {
            try IDX.decodeLabels(Self.labels.dropLast(), name: "f")
        }
        #expect(
            short?.description
                == "f is truncated: 11 bytes are expected, 10 are there. Fetch or copy it again.")
    }

    @Test func `a truncated gzip file is refused by name`() {
        let error = #expect(throws: DatasetError.self) {
            try IDX.decodeLabels(Self.packedLabels.dropLast(3), name: "x.gz")
        }
        #expect(error?.description.hasPrefix("x.gz: The gzip data stops early") == true)
    }

    @Test func `other magic, types and dimensions are refused`() {
        func changed(_ index: Int, to byte: UInt8) -> [UInt8] {
            var bytes = Self.images
            bytes[index] = byte
            return bytes
        }
        #expect(throws: DatasetError.notIDX(file: "x")) {
            try IDX.decodeImages(changed(0, to: 1), name: "x")
        }
        #expect(throws: DatasetError.notIDX(file: "x")) {
            try IDX.decodeImages(changed(1, to: 1), name: "x")
        }
        #expect(throws: DatasetError.wrongType(file: "x", found: 0x0d)) {
            try IDX.decodeImages(changed(2, to: 0x0d), name: "x")
        }
        for rank: UInt8 in [0, 1, 4, 255] {
            let error = #expect(throws: DatasetError.self) {
                try IDX.decodeImages(changed(3, to: rank), name: "x")
            }
            guard case .wrongDimensions("x", Int(rank), _) = error else {
                Issue.record("\(rank): \(String(describing: error))")
                continue
            }
        }
        #expect(throws: DatasetError.wrongDimensions(file: "x", found: 3, needed: "1 (count)")) {
            try IDX.decodeLabels(Self.images, name: "x")
        }
    }

    @Test func `dimensions that overflow are refused`() {
        let header: [UInt8] = [0, 0, 8, 3] + [UInt8](repeating: 255, count: 12)
        #expect(throws: DatasetError.tooManyValues(file: "x")) {
            try IDX.decodeImages(header, name: "x")
        }
    }

    @Test func `a file without images is refused`() {
        #expect(throws: DatasetError.empty(name: "x")) {
            try IDX.decodeImages([0, 0, 8, 3, 0, 0, 0, 0, 0, 0, 0, 28, 0, 0, 0, 28], name: "x")
        }
        #expect(throws: DatasetError.empty(name: "x")) {
            try IDX.decodeImages([0, 0, 8, 3, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 28], name: "x")
        }
    }
}
