import Images
import Tensors
import TestSupport
import Testing

@Suite struct JPEGTests {
    private func decode(
        _ bytes: [UInt8], asLuma: Bool = false, sideLimit: Int = JPEG.sideLimit
    ) throws(ImagesError) -> Image {
        try JPEG.decode(bytes.span, asLuma: asLuma, sideLimit: sideLimit)
    }

    @Test func `grey comes as grey, colour as red, green and blue or as brightness`() throws {
        let gray = try decode(PictureSamples.gray)
        #expect(gray.shape == ImageShape(rows: 2, columns: 2, channels: 1))
        #expect(gray.pixels == [1, 51, 102, 255])
        let color = try decode(PictureSamples.color)
        #expect(color.shape == ImageShape(rows: 2, columns: 2, channels: 3))
        #expect(color.pixels == [253, 0, 0, 0, 255, 1, 0, 0, 254, 90, 90, 90])
        let luma = try decode(PictureSamples.color, asLuma: true)
        #expect(luma.shape.channels == 1 && luma.pixels == [75, 150, 29, 90])
        #expect(try decode(PictureSamples.progressive).pixels == (0..<64).map { 4 * $0 })
    }

    @Test func `the header tells size and colour`() throws {
        let extents = try [
            PictureSamples.gray, PictureSamples.color, PictureSamples.plain,
            PictureSamples.colorPNG,
        ].map { bytes in try ImageFormat(bytes.span)?.shape(of: bytes.span).dimensions }
        #expect(extents == ["2 x 2 x 1", "2 x 2 x 3", "40 x 30 x 3", "2 x 2 x 3"])
    }

    @Test(arguments: [
        PictureSamples.gray, PictureSamples.color, PictureSamples.progressive,
        PictureSamples.plain,
    ])
    func `a JPEG cut short anywhere before its end marker is refused`(file: [UInt8]) throws {
        for length in 0..<(file.count - 2) {
            #expect(throws: ImagesError.self, "\(length) bytes") {
                try decode(Array(file[..<length]))
            }
        }
        let whole = try decode(file)
        #expect(try decode(Array(file.dropLast())) == whole)
        #expect(try decode(Array(file.dropLast(2))) == whole)
    }

    @Test(arguments: [
        PictureSamples.gray, PictureSamples.color, PictureSamples.progressive,
        PictureSamples.slope,
    ])
    func `flaws that every reader passes over change no pixel`(file: [UInt8]) throws {
        let whole = try decode(file)
        let header = 2 + 2 + Int(file[4]) << 8 + Int(file[5])
        #expect(
            try decode(file[..<header] + [UInt8](repeating: 0, count: 300) + file[header...])
                == whole)
        #expect(try decode(file.dropLast(2) + [0x12, 0x34] + file.suffix(2)) == whole)
        #expect(try decode(file + [1, 2, 3]) == whole)
        let end = file.count - 2
        #expect(try decode(file[..<end] + [0xff, 0xff, 0xff] + file[end...]) == whole)
        var version = file
        version[11] = 3
        #expect(try decode(version) == whole)
    }

    @Test func `a progressive JPEG that ends between two scans is refused`() throws {
        let file = PictureSamples.progressive
        let scans = file.indices.filter { file[$0...].starts(with: [0xff, 0xda]) }
        #expect(scans.count > 2)
        for scan in scans.dropFirst() {
            #expect(throws: ImagesError.self) { try decode(Array(file[..<scan])) }
        }
    }

    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func `a damaged JPEG or PNG is refused or a whole picture`(seed: UInt64) {
        var random = RandomNumbers(seed: seed)
        var refused = 0
        for _ in 0..<500 {
            let samples = [
                PictureSamples.gray, PictureSamples.color, PictureSamples.progressive,
                PictureSamples.colorPNG,
            ]
            var file = samples[Int(random.next() % 4)]
            for _ in 0...random.next() % 3 {
                file[Int(random.next() % UInt64(file.count))] = UInt8(
                    truncatingIfNeeded: random.next())
            }
            guard let format = ImageFormat(file.span),
                let picture = try? format.decode(file.span, sideLimit: 4096)
            else {
                refused += 1
                continue
            }
            #expect(picture.pixels.count == picture.shape.bytes)
        }
        #expect(refused > 20 && refused < 500)
    }

    @Test func `a picture over the limit is refused before its pixels are read`() throws {
        var file = PictureSamples.gray
        let frame = try #require(file.indices.first { file[$0...].starts(with: [0xff, 0xc0]) })
        // Marker, length and precision, then rows and columns in two bytes each.
        file.replaceSubrange((frame + 5)..<(frame + 9), with: [0x10, 0x01, 0x00, 0x02])
        #expect(throws: ImagesError.tooLarge(.jpeg, rows: 4097, columns: 2, limit: 4096)) {
            try decode(file, sideLimit: 4096)
        }
        file.replaceSubrange((frame + 5)..<(frame + 9), with: [0xff, 0x00, 0xff, 0x00])
        #expect(throws: ImagesError.tooLarge(.jpeg, rows: 65280, columns: 65280, limit: 16384)) {
            try decode(file)
        }
    }

    @Test func `scans without end are refused`() throws {
        let file = PictureSamples.progressive
        let scan = try #require(file.indices.last { file[$0...].starts(with: [0xff, 0xda]) })
        let again = Array(repeating: file[scan..<(file.count - 2)], count: 100).joined()
        let endless = Array(file[..<(file.count - 2)]) + again + [0xff, 0xd9]
        let error = #expect(throws: ImagesError.self) { try decode(endless) }
        #expect(error?.description.contains("32 scans") == true)
    }

    @Test func `what is no JPEG is refused`() {
        for bytes in [[], [0xff], [0xff, 0xd8, 0xff], [UInt8](repeating: 0, count: 100)] {
            #expect(throws: ImagesError.self) { try decode(bytes) }
        }
        for bytes in [[], [0xff, 0xd8], [0x89, 0x50, 0x4e, 0x47]] as [[UInt8]] {
            #expect(ImageFormat(bytes.span) == nil)
        }
    }

    @Test func `colour and opacity of a PNG are kept`() throws {
        let sample = PictureSamples.colorPNG
        let color = try PNG.decode(sample.span)
        #expect(color.shape == ImageShape(rows: 2, columns: 2, channels: 3))
        #expect(color.pixels == [255, 0, 0, 0, 255, 0, 0, 0, 255, 90, 90, 90])
        let clear = Image(
            ImageShape(rows: 1, columns: 2, channels: 4),
            pixels: [10, 20, 30, 128, 200, 100, 0, 255])
        let file = try PNG.encode(clear)
        let read = try PNG.decode(file.span)
        #expect(read.shape.channels == 4 && read.pixels == clear.pixels)
        let gray = Image(ImageShape(rows: 1, columns: 2), pixels: [3, 4])
        let grayFile = try PNG.encode(gray)
        #expect(try PNG.decode(grayFile.span) == gray)
        #expect(throws: ImagesError.tooLarge(.png, rows: 1, columns: 2, limit: 1)) {
            try PNG.decode(file.span, sideLimit: 1)
        }
    }
}
