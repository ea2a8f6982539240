import Images
import TestSupport
import Testing

@Suite struct PreprocessingTests {
    private func image(
        _ steps: String, _ pixels: [UInt8], rows: Int, columns: Int, channels: Int = 1,
        order: Preprocessing.ChannelOrder = .rgb
    ) throws -> [UInt8]? {
        let picture = ImageShape(rows: rows, columns: columns, channels: channels)
        return try Preprocessing(steps).image(of: pixels.span, picture, order: order)?.pixels
    }

    @Test(arguments: [
        "", "crop", "grayscale", "grayscale=bgr", "resize=28x28", "invert", "crop,invert",
        "crop,grayscale,resize=1x32768,invert", "grayscale=bgr,resize=20x30", "color",
        "crop,color=bgr,pad,resize=8x9",
    ])
    func `what is written reads back as the same`(text: String) throws {
        let steps = try Preprocessing(text)
        #expect(steps.description == text)
        #expect(steps.isEmpty == text.isEmpty)
    }

    @Test(arguments: [
        ("zoom", "there is no step \"zoom\""), (",", "there is no step \"\""),
        ("crop,", "there is no step \"\""), (" crop", "there is no step \" crop\""),
        ("CROP", "there is no step"), ("unit", "there is no step \"unit\""),
        ("crop,crop", "crop is there twice"),
        ("resize=2x2,resize=3x3", "resize is there twice"),
        ("invert,crop", "crop comes before invert"),
        ("resize=28x28,grayscale", "grayscale comes before resize"),
        ("crop=3", "crop takes no value"), ("invert=", "invert takes no value"),
        ("grayscale=cmyk", "neither grayscale nor grayscale=bgr"),
        ("grayscale,color", "not both"), ("color=cmyk", "neither color nor color=bgr"),
        ("pad", "needs resize"), ("resize=2x2,pad", "pad comes before resize"),
        ("resize", "resize needs"), ("resize=28", "resize needs"), ("resize=28x", "resize needs"),
        ("resize=0x28", "resize needs"), ("resize=-1x28", "resize needs"),
        ("resize=28x28x3", "resize needs"), ("resize=1x32769", "resize needs"),
        ("resize=99999999999999999999x1", "resize needs"),
    ])
    func `what cannot be is refused with what is wrong`(text: String, words: String) {
        let sentence = refusal { () throws(ImagesError) in _ = try Preprocessing(text) }
        #expect(sentence?.contains(words) == true, "\(sentence ?? "it was read")")
    }

    @Test func `colour becomes its Rec. 601 luma`() throws {
        let pixels: [UInt8] = [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255, 10, 20, 30]
        let rgb = try image("grayscale", pixels, rows: 1, columns: 5, channels: 3)
        // 0.299 · 255 = 76.245, 149.685, 29.07; 0.299 · 10 + 0.587 · 20 + 0.114 · 30 = 18.15.
        #expect(rgb == [76, 150, 29, 255, 18])
        let bgr = try image(
            "grayscale", pixels, rows: 1, columns: 5, channels: 3, order: .bgr)
        #expect(bgr == [29, 150, 76, 255, 22])
    }

    @Test func `colours stay where they are kept`() throws {
        let pixels: [UInt8] = [200, 0, 40, 100, 8, 60]
        #expect(try image("color", pixels, rows: 1, columns: 2, channels: 3) == pixels)
        #expect(
            try image("color,resize=1x1", pixels, rows: 1, columns: 2, channels: 3) == [150, 4, 50])
        #expect(
            try image("color=bgr", pixels, rows: 1, columns: 2, channels: 3, order: .bgr)
                == [40, 0, 200, 60, 8, 100])
        #expect(try image("color", [7, 9], rows: 1, columns: 2) == [7, 7, 7, 9, 9, 9])
        #expect(
            try image("color", [255, 0, 100, 51], rows: 1, columns: 1, channels: 4) == [51, 0, 20])
        #expect(try image("color,invert", [7], rows: 1, columns: 1) == [248, 248, 248])
    }

    @Test func `padding keeps the aspect, and goes on with the border`() throws {
        // Two columns wide, in the middle of four.
        #expect(
            try image("pad,resize=2x4", [1, 2, 3, 4], rows: 2, columns: 2) == [
                1, 1, 2, 2, 3, 3, 4, 4,
            ])
        #expect(
            try image("pad,resize=4x2", [1, 3, 5, 7], rows: 1, columns: 4) == [
                2, 6, 2, 6, 2, 6, 2, 6,
            ])
        let steps = try Preprocessing("pad,resize=4x4")
        let whole = try #require(PicturePlacement(steps, ImageShape(rows: 100, columns: 200)))
        #expect(whole.pictured(row: 1, column: 2) == (0, 100))
        #expect(whole.seen(row: 50) == 2 && whole.seen(row: 101) == nil)
    }

    @Test func `what is transparent becomes black`() throws {
        let white: [UInt8] = [255, 255, 255]
        let pixels = white + [255] + white + [0] + white + [51, 0, 255, 0, 128]
        // The last: 149.685 · 128 / 255 = 75.136.
        #expect(
            try image("grayscale", pixels, rows: 2, columns: 2, channels: 4) == [255, 0, 51, 75])
    }

    @Test func `shrinking averages areas and rounds once`() throws {
        #expect(try image("resize=1x1", [0, 1, 0, 1], rows: 2, columns: 2) == [1])
        #expect(try image("resize=1x1", [0, 1, 0, 0], rows: 2, columns: 2) == [0])
        #expect(try image("resize=1x2", [10, 20, 40, 80], rows: 1, columns: 4) == [15, 60])
        // A third pixel is shared: (2 · 10 + 40) / 3 and (40 + 2 · 100) / 3.
        #expect(try image("resize=1x2", [10, 40, 100], rows: 1, columns: 3) == [20, 80])
        #expect(try image("resize=2x1", [10, 40, 100], rows: 3, columns: 1) == [20, 80])
        #expect(try image("resize=1x1", Array(0...8), rows: 3, columns: 3) == [4])
    }

    @Test func `a half is rounded upwards, whatever it is a half of`() throws {
        for rows in 1...30 {
            for columns in 1...30 where rows * columns % 2 == 0 {
                let half = rows * columns / 2
                for value in [UInt8(0), 200] {
                    let pixels = (0..<2 * half).map { $0 < half ? value : value + 1 }
                    let found = try image("resize=1x1", pixels, rows: rows, columns: columns)
                    #expect(found == [value + 1])
                }
            }
        }
    }

    @Test func `growing goes from pixel to pixel and keeps the edges`() throws {
        // Middles at -1/4, 1/4, 3/4 and 5/4 of the old ones.
        #expect(try image("resize=1x4", [0, 100], rows: 1, columns: 2) == [0, 25, 75, 100])
        #expect(try image("resize=4x1", [0, 100], rows: 2, columns: 1) == [0, 25, 75, 100])
        #expect(try image("resize=2x3", [7], rows: 1, columns: 1) == Array(repeating: 7, count: 6))
        #expect(try image("resize=1x3", [0, 90], rows: 1, columns: 2) == [0, 45, 90])
        // Rows shrink while columns grow.
        #expect(
            try image("resize=1x4", [0, 80, 40, 120], rows: 2, columns: 2) == [20, 40, 80, 100])
    }

    /// Weights of old pixels in a new one, as `Preprocessing` describes them, by another way than there: areas that
    /// overlap, or nearness to the middle of the new pixel.
    private func weights(_ index: Int, from old: Int, to new: Int) -> [(source: Int, weight: Int)] {
        guard new > old else {
            return (0..<old).map { source in
                let (first, last) = (
                    max(index * old, source * new), min((index + 1) * old, (source + 1) * new)
                )
                return (source, max(0, last - first))
            }.filter { $0.weight > 0 }
        }
        let middle = min(max((2 * index + 1) * old - new, 0), 2 * new * (old - 1))
        return (0..<old).map { ($0, max(0, 2 * new - abs(middle - 2 * new * $0))) }
            .filter { $0.weight > 0 }
    }

    @Test(
        arguments: [
            (1080, 1920, 224, 224), (300, 300, 224, 224), (37, 1000, 64, 31), (5, 32_768, 3, 7),
            (64, 64, 512, 300), (211, 3, 13, 17),
        ])
    func `every pixel is the exact mean, rounded, of what lies under it`(
        rows: Int, columns: Int, newRows: Int, newColumns: Int
    ) throws {
        let noise = randomImages(1, pixels: rows * columns, seed: 5)
        // Sums as large as they come, where a float would round them away.
        let bright = noise.map { UInt8(255 - $0 / 128) }
        for pixels in [noise, bright] {
            let found = try image(
                "resize=\(newRows)x\(newColumns)", pixels, rows: rows, columns: columns)
            let across = (0..<newColumns).map { weights($0, from: columns, to: newColumns) }
            var expected: [UInt8] = []
            for row in 0..<newRows {
                let down = weights(row, from: rows, to: newRows)
                for taps in across {
                    var (sum, whole) = (0, 0)
                    for (y, vertical) in down {
                        for (x, horizontal) in taps {
                            sum += vertical * horizontal * Int(pixels[y * columns + x])
                            whole += vertical * horizontal
                        }
                    }
                    expected.append(UInt8((2 * sum + whole) / (2 * whole)))
                }
            }
            #expect(found == expected)
        }
    }

    @Test(arguments: [1, 3, 4])
    func `channels and brightness are those of each pixel, wherever the square is cut out`(
        channels: Int
    ) throws {
        let (rows, columns) = (31, 50)
        let pixels = randomImages(1, pixels: rows * columns * channels, seed: 8)
        func number(_ row: Int, _ column: Int, _ channel: Int) -> Int {
            Int(pixels[(row * columns + column + 9) * channels + channel])
        }
        func opacity(_ row: Int, _ column: Int) -> Int {
            channels == 4 ? number(row, column, 3) : 255
        }
        let places = (0..<31).flatMap { row in (0..<31).map { (row, $0) } }
        let grey = places.map { row, column -> UInt8 in
            guard channels > 1 else { return UInt8(number(row, column, 0)) }
            let luma =
                299 * number(row, column, 0) + 587 * number(row, column, 1)
                + 114 * number(row, column, 2)
            return UInt8((luma * opacity(row, column) + 127_500) / 255_000)
        }
        #expect(
            try image("crop,grayscale", pixels, rows: rows, columns: columns, channels: channels)
                == grey)
        let colors = places.flatMap { row, column in
            (0..<3).map { channel in
                UInt8(
                    (number(row, column, channels == 1 ? 0 : channel) * opacity(row, column) + 127)
                        / 255)
            }
        }
        #expect(
            try image("crop,color", pixels, rows: rows, columns: columns, channels: channels)
                == colors)
    }

    @Test(arguments: [(1, 1), (5, 5), (2, 7), (13, 3)])
    func `a flat picture stays flat and one of the right size stays as it is`(
        rows: Int, columns: Int
    ) throws {
        for (height, width) in [(1, 1), (3, 8), (64, 48), (5, 5)] {
            let flat = [UInt8](repeating: 255, count: height * width)
            let found = try image("resize=\(rows)x\(columns)", flat, rows: height, columns: width)
            #expect(found == [UInt8](repeating: 255, count: rows * columns))
        }
        let pixels = randomImages(1, pixels: rows * columns, seed: 3)
        let same = try image("resize=\(rows)x\(columns)", pixels, rows: rows, columns: columns)
        #expect(same == pixels)
    }

    @Test func `the square is cut from the middle`() throws {
        let pixels = Array(0..<12 as Range<UInt8>)
        #expect(try image("crop", pixels, rows: 3, columns: 4) == [0, 1, 2, 4, 5, 6, 8, 9, 10])
        #expect(try image("crop", pixels, rows: 2, columns: 6) == [2, 3, 8, 9])
        #expect(try image("crop", pixels, rows: 6, columns: 2) == [4, 5, 6, 7])
        #expect(try image("crop,resize=1x1,invert", pixels, rows: 6, columns: 2) == [249])
    }

    @Test func `what is not asked for is refused`() throws {
        let plain = try Preprocessing("resize=4x4")
        #expect(plain.shape(of: ImageShape(rows: 9, columns: 9, channels: 3)) == nil)
        #expect(plain.shape(of: ImageShape(rows: 0, columns: 9, channels: 1)) == nil)
        #expect(plain.shape(of: ImageShape(rows: .max, columns: .max, channels: 1)) == nil)
        let color = try Preprocessing("crop,grayscale")
        #expect(
            color.shape(of: ImageShape(rows: 9, columns: 5, channels: 4))
                == ImageShape(rows: 5, columns: 5))
        for channels in [-1, 0, 2, 5, .max] {
            #expect(color.shape(of: ImageShape(rows: 9, columns: 9, channels: channels)) == nil)
        }
        #expect(try image("resize=4x4", [1, 2, 3], rows: 1, columns: 1, channels: 3) == nil)
    }

    @Test(arguments: [
        ("", true), ("grayscale,resize=4x4", true), ("crop", true), ("invert", false),
        ("resize=4x5", false),
    ])
    func `images of the model's size are kept as they are or not`(text: String, isKept: Bool) throws
    {
        #expect(try Preprocessing(text).keeps(ImageShape(rows: 4, columns: 4)) == isKept)
        #expect(!Preprocessing(crop: true).keeps(ImageShape(rows: 4, columns: 5)))
    }
}
