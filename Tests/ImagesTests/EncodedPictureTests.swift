import Images
import TestSupport
import Testing

/// What models are trained on and score: encoded pictures after preprocessing.
@Suite struct EncodedPictureTests {
    private func image(
        _ file: [UInt8], _ steps: String, _ decoding: Preprocessing.Decoding = .current
    ) throws -> Image? {
        var steps = try Preprocessing(steps)
        steps.decoding = decoding
        let known = ImageFormat(file.span)
        let format = try #require(known)
        let image = try steps.image(ofEncoded: file.span, format)
        let announced = try steps.announcedShape(of: file.span, format)
        #expect(steps.shape(ofEncoded: announced) == image?.shape)
        return image
    }

    @Test(arguments: ["", "grayscale"])
    func `a picture is the same image in every format`(steps: String) throws {
        let gray: [UInt8] = [18, 119, 90, 76, 150, 29]
        for file in [PictureSamples.colorBMP, PictureSamples.colorTIFF, PictureSamples.colorWebP] {
            #expect(try image(file, steps)?.pixels == gray)
        }
        #expect(try image(PictureSamples.color, steps)?.pixels == [75, 150, 29, 90])
        #expect(try image(PictureSamples.colorPNG, steps)?.pixels == [76, 150, 29, 90])
    }

    @Test func `colour is refused by steps without grayscale`() throws {
        for file in [PictureSamples.colorBMP, PictureSamples.color, PictureSamples.colorPNG] {
            #expect(try image(file, "invert") == nil)
        }
        #expect(try image(PictureSamples.gray, "invert")?.pixels == [254, 204, 153, 0])
    }

    @Test func `what is transparent is laid on black`() throws {
        // 29·51/255, 150, 76; 90·0, 118.5·128/255, 18.15, upside down.
        #expect(try image(PictureSamples.clearWebP, "")?.pixels == [6, 150, 76, 0, 59, 18])
    }

    @Test(
        arguments: 1...8,
        ["", "crop,grayscale", "grayscale,resize=5x3", "crop,grayscale,resize=9x9"])
    func `a JPEG and a PNG are turned as Exif says before anything is cut`(
        orientation: Int, steps: String
    ) throws {
        let slope = PictureSamples.slope
        let upright = try ImageFormat.jpeg.decode(slope.span)
        let turned = upright.turned(orientation)
        let png = try PNG.encode(turned)
        let expected = try image(PNG.encode(upright), steps)
        #expect(try image(png.withExif(orientation, isPNG: true), steps) == expected)
        // The first rules took pictures as they lie in the file.
        if steps.isEmpty, orientation > 1 {
            let file = png.withExif(orientation, isPNG: true)
            let asStored = try image(png, steps, .first)
            #expect(try image(file, steps, .first) == asStored)
        }
        let jpeg = PictureSamples.slope
        let unturned = try image(PNG.encode(upright.displayed(orientation)), steps, .current)
        let found = try #require(try image(jpeg.withExif(orientation, isPNG: false), steps))
        #expect(found.shape == unturned?.shape)
        let differences = zip(found.pixels, unturned?.pixels ?? []).map { abs(Int($0) - Int($1)) }
        #expect(differences.allSatisfy { $0 <= 3 }, "\(differences.max() ?? 0)")
    }

    @Test(
        arguments: [
            [], [0x4d], [0x4d, 0x4d, 0, 42, 0xff, 0xff, 0xff, 0xff],
            [0x49, 0x49, 42, 0, 8, 0, 0, 0],
            [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0xff, 0xff, 1, 1],
            [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 9, 0, 0],
            [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0],
        ] as [[UInt8]])
    func `damaged Exif data turn nothing and refuse nothing`(data: [UInt8]) throws {
        let plain = try image(PictureSamples.slope, "")
        #expect(try image(PictureSamples.slope.withSegment(data), "") == plain)
    }

    @Test(arguments: [
        ("grayscale,resize=2x2", 8), ("grayscale,resize=4x6", 8), ("grayscale,resize=9x12", 4),
        ("crop,grayscale,resize=4x4", 8), ("crop,grayscale,resize=18x18", 2),
        ("grayscale,resize=28x28", 1), ("grayscale,resize=2x50", 1), ("grayscale,resize=40x2", 1),
        ("grayscale", 1), ("crop,grayscale,resize=19x3", 1),
    ])
    func `a JPEG that shrinks is decoded smaller, and is nearly the same`(
        steps: String, reduction: Int
    ) throws {
        let old = try #require(try image(PictureSamples.slope, steps, .first))
        let new = try #require(try image(PictureSamples.slope, steps))
        let largest = zip(old.pixels, new.pixels).map { abs(Int($0) - Int($1)) }.max() ?? 0
        // Of equal size it is the same; areas that only part of a block lies in may differ a little.
        #expect(old.shape == new.shape && largest <= (reduction == 1 ? 0 : 6), "\(largest)")
        if reduction > 1 { #expect(old != new) }
    }

    @Test func `the first rules are libpng's of PNG`() throws {
        #expect(
            try image(PictureSamples.colorPNG, "grayscale", .first)?.pixels == [76, 150, 29, 90])
        let linear = try image(PictureSamples.colorPNG, "", .first)?.pixels
        #expect(linear == (try PNG.decodeGray(PictureSamples.colorPNG)).pixels)
        // Red has 0.2126 of the light; libpng computes in tables.
        #expect(linear.map { 126...128 ~= $0[0] } == true)
    }

    @Test func `a depth says what white is in 16 bits`() throws {
        #expect(throws: ImagesError.self) { try image(PictureSamples.deepTIFF, "depth=12") }
        let file = PNGBuilder(
            columns: 4, rows: 1, bits: 16, type: 0, scanlines: [[0, 0, 0x08, 0, 0x0f, 0xff, 0, 16]]
        ).file
        #expect(try image(file, "depth=12")?.pixels == [0, 128, 255, 1])
        #expect(try image(file, "depth=12,invert")?.pixels == [255, 127, 0, 254])
        #expect(try image(file, "")?.pixels == [0, 8, 16, 0])
    }
}

extension Image {
    /// This image as a file with this orientation would store it.
    fileprivate func turned(_ orientation: Int) -> Image {
        displayed([1, 2, 3, 4, 5, 8, 7, 6][orientation - 1])
    }

    /// What one sees of a file that stores these pixels, by Exif's words for each orientation.
    fileprivate func displayed(_ orientation: Int) -> Image {
        switch orientation {
        case 2: mirrored
        case 3: mirrored.flipped
        case 4: flipped
        case 5: transposed
        case 6: transposed.mirrored
        case 7: transposed.mirrored.flipped
        case 8: transposed.flipped
        default: self
        }
    }

    private var mirrored: Image { map(shape) { row, column in (row, shape.columns - 1 - column) } }
    private var flipped: Image { map(shape) { row, column in (shape.rows - 1 - row, column) } }
    private var transposed: Image {
        map(ImageShape(rows: shape.columns, columns: shape.rows, channels: shape.channels)) {
            row, column in (column, row)
        }
    }

    private func map(_ new: ImageShape, _ place: (Int, Int) -> (Int, Int)) -> Image {
        var found: [UInt8] = []
        for row in 0..<new.rows {
            for column in 0..<new.columns {
                let (from, at) = place(row, column)
                let start = (from * shape.columns + at) * shape.channels
                found += pixels[start..<(start + shape.channels)]
            }
        }
        return Image(new, pixels: found)
    }
}

extension [UInt8] {
    /// A JPEG or PNG file with Exif data that hold this orientation alone.
    fileprivate func withExif(_ orientation: Int, isPNG: Bool) -> [UInt8] {
        let data: [UInt8] =
            [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0]
            + [UInt8(orientation), 0, 0, 0, 0, 0, 0]
        if !isPNG { return withSegment(data) }
        return self[..<33] + PNGBuilder.chunk("eXIf", data) + self[33...]
    }

    /// A JPEG file with an Exif segment after its start.
    fileprivate func withSegment(_ data: [UInt8]) -> [UInt8] {
        self[..<2] + [0xff, 0xe1, 0, UInt8(data.count + 8)] + Array("Exif\0\0".utf8) + data
            + self[2...]
    }
}
