import Images
import Tensors
import TestSupport
import Testing

@Suite struct FormatTests {
    private static let color: [UInt8] = [
        10, 20, 30, 200, 100, 0, 90, 90, 90, 255, 0, 0, 0, 255, 0, 0, 0, 255,
    ]

    private func decode(_ file: [UInt8]) throws -> Image {
        let format = ImageFormat(file.span)
        return try #require(format).decode(file.span)
    }

    @Test func `BMP, TIFF and WebP are read to the pixels they hold`() throws {
        for file in [PictureSamples.colorBMP, PictureSamples.colorTIFF, PictureSamples.colorWebP] {
            let image = try decode(file)
            #expect(image.shape == ImageShape(rows: 2, columns: 3, channels: 3))
            #expect(image.pixels == Self.color)
        }
        let gray = try decode(PictureSamples.grayBMP)
        #expect(gray.shape == ImageShape(rows: 2, columns: 3))
        #expect(gray.pixels == [0, 0, 255, 255, 255, 255])
    }

    @Test func `16 bits become 8 by dividing by 257 and rounding`() throws {
        #expect(try decode(PictureSamples.deepTIFF).pixels == [0, 0, 1, 16, 255, 255])
    }

    @Test func `of a TIFF of several pages the first is read, turned as it says`() throws {
        let image = try decode(PictureSamples.turnedTIFF)
        #expect(image.shape == ImageShape(rows: 3, columns: 2))
        #expect(image.pixels == [153, 1, 204, 51, 255, 102])
        let file = PictureSamples.turnedTIFF
        #expect(try ImageFormat.tiff.shape(of: file.span) == image.shape)
    }

    @Test func `a WebP keeps its opacity and is turned as its Exif data say`() throws {
        let image = try decode(PictureSamples.clearWebP)
        #expect(image.shape == ImageShape(rows: 2, columns: 3, channels: 4))
        #expect(
            image.pixels == [
                0, 0, 255, 51, 0, 255, 0, 255, 255, 0, 0, 255, 90, 90, 90, 0, 200, 100, 0, 128, 10,
                20, 30, 255,
            ])
    }

    @Test func `what is for printing is refused with what to do`() throws {
        let error = #expect(throws: ImagesError.self) { try decode(PictureSamples.cmyk) }
        #expect(error?.description.contains("save it as red, green and blue") == true)
    }

    @Test(arguments: [
        PictureSamples.colorBMP, PictureSamples.grayBMP, PictureSamples.colorTIFF,
        PictureSamples.deepTIFF, PictureSamples.turnedTIFF, PictureSamples.colorWebP,
        PictureSamples.clearWebP,
    ])
    func `a file cut short anywhere is refused or whole`(file: [UInt8]) throws {
        let whole = try decode(file)
        for length in file.indices {
            let cut = Array(file[..<length])
            guard let format = ImageFormat(cut.span), let image = try? format.decode(cut.span)
            else { continue }
            // A BMP's last row ends in padding, a page and Exif data come after the pixels.
            #expect(image.pixels.count == whole.pixels.count && length > 60, "\(length) bytes")
        }
    }

    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func `a damaged file is refused or a whole picture, within the limit`(seed: UInt64) {
        let samples = [
            PictureSamples.colorBMP, PictureSamples.grayBMP, PictureSamples.colorTIFF,
            PictureSamples.deepTIFF, PictureSamples.turnedTIFF, PictureSamples.colorWebP,
            PictureSamples.clearWebP, PictureSamples.slope,
        ]
        var random = RandomNumbers(seed: seed)
        var refused = 0
        for _ in 0..<800 {
            var file = samples[Int(random.next() % UInt64(samples.count))]
            for _ in 0...random.next() % 3 {
                file[Int(random.next() % UInt64(min(file.count, 200)))] = UInt8(
                    truncatingIfNeeded: random.next())
            }
            guard let format = ImageFormat(file.span),
                let picture = try? format.decode(file.span, sideLimit: 1024)
            else {
                refused += 1
                continue
            }
            #expect(picture.pixels.count == picture.shape.bytes)
            #expect(picture.shape.longestSide <= 1024)
        }
        #expect(refused > 20 && refused < 800)
    }

    @Test func `a size beyond the limit is refused before memory is taken`() throws {
        var bitmap = PictureSamples.colorBMP
        bitmap.replaceSubrange(18..<26, with: [0xff, 0xff, 0xff, 0x7f, 0, 0, 0, 0x80])
        #expect(
            throws: ImagesError.tooLarge(
                .bmp, rows: 1 << 31, columns: 0x7fff_ffff, limit: ImageFormat.sideLimit)
        ) { try decode(bitmap) }
    }
}
