import Images
import Testing

@Suite struct PNGKindTests {
    /// A picture of one row, as all kinds of PNG can hold it: black, white, black, white.
    private static let kinds: [(name: String, file: PNGBuilder)] = [
        ("grey, 1 bit", row(1, 0, [0b0101_0000])), ("grey, 2 bits", row(2, 0, [0b0011_0011])),
        ("grey, 4 bits", row(4, 0, [0x0f, 0x0f])), ("grey, 8 bits", row(8, 0, [0, 255, 0, 255])),
        ("grey, 16 bits", row(16, 0, [0, 0, 255, 255, 0, 0, 255, 255])),
        ("grey and opacity, 8 bits", row(8, 4, [0, 255, 255, 255, 255, 0, 255, 255])),
        (
            "grey and opacity, 16 bits",
            row(16, 4, [0, 0, 255, 255, 255, 255, 255, 255, 255, 255, 0, 0, 255, 255, 255, 255])
        ),
        ("colour, 8 bits", row(8, 2, [0, 0, 0, 255, 255, 255, 0, 0, 0, 255, 255, 255])),
        (
            "colour, 16 bits",
            row(16, 2, [UInt8](repeating: 0, count: 6) + white(6) + [0, 0, 0, 0, 0, 0] + white(6))
        ),
        ("colour and opacity, 8 bits", row(8, 6, [0, 0, 0, 255] + white(7) + [0] + white(4))),
        (
            "colour and opacity, 16 bits",
            row(16, 6, [0, 0, 0, 0, 0, 0, 255, 255] + white(14) + [0, 0] + white(8))
        ),
        ("palette, 1 bit", row(1, 3, [0b0101_0000], palette)),
        ("palette, 2 bits", row(2, 3, [0b0001_0001], palette)),
        ("palette, 4 bits", row(4, 3, [0x01, 0x01], palette)),
        ("palette, 8 bits", row(8, 3, [0, 1, 0, 1], palette)),
        (
            "palette with a transparent colour",
            row(
                8, 3, [0, 1, 2, 1], ("PLTE", [0, 0, 0, 255, 255, 255, 255, 255, 255]),
                ("tRNS", [255, 255, 0]))
        ),
        ("grey, one level transparent", row(8, 0, [0, 255, 9, 255], ("tRNS", [0, 9]))),
        (
            "colour, one transparent",
            row(
                8, 2, [0, 0, 0, 255, 255, 255, 9, 8, 7, 255, 255, 255],
                ("tRNS", [0, 9, 0, 8, 0, 7]))
        ),
        ("grey with gamma", row(8, 0, [0, 255, 0, 255], ("gAMA", [0, 1, 0x86, 0xa0]))),
    ]

    private static let palette: (String, [UInt8]) = ("PLTE", [0, 0, 0, 255, 255, 255])

    private static func white(_ count: Int) -> [UInt8] { [UInt8](repeating: 255, count: count) }

    private static func row(
        _ bits: UInt8, _ type: UInt8, _ line: [UInt8], _ chunks: (String, [UInt8])...
    ) -> PNGBuilder {
        PNGBuilder(
            columns: 4, rows: 1, bits: bits, type: type, scanlines: [line],
            chunks: chunks.map(PNGBuilder.chunk))
    }

    @Test(arguments: kinds.indices, ["", "grayscale", "grayscale,resize=1x4"])
    func `the same picture is the same image in every kind of PNG`(
        index: Int, steps: String
    ) throws {
        let file = Self.kinds[index].file.file
        let image = try Preprocessing(steps).image(ofEncoded: file.span, .png)
        #expect(image?.pixels == [0, 255, 0, 255], "\(Self.kinds[index].name)")
    }

    @Test(arguments: [[0, 0, 0xb1, 0x8f], [0, 1, 0x86, 0xa0], [0, 3, 0x0d, 0x40]] as [[UInt8]])
    func `grey stays as it is whatever gamma or profile is named`(gamma: [UInt8]) throws {
        let chunks = [("gAMA", gamma), ("sRGB", [0]), ("iCCP", [65, 0, 0, 1, 2, 3])]
        for chunk in chunks {
            let file = Self.row(8, 0, [0, 128, 186, 255], chunk).file
            let image = try Preprocessing().image(ofEncoded: file.span, .png)
            #expect(image?.pixels == [0, 128, 186, 255])
        }
    }

    @Test func `an interlaced picture is the same as one that is not`() throws {
        // Adam7 of 3 × 3: passes 1, 4, 5, 6 and 7 have pixels.
        let passes: [[UInt8]] = [[1], [3], [7, 9], [2], [8], [4, 5, 6]]
        let file = PNGBuilder(
            columns: 3, rows: 3, bits: 8, type: 0, scanlines: passes, isInterlaced: true
        ).file
        #expect(
            try Preprocessing().image(ofEncoded: file.span, .png)?.pixels
                == [1, 2, 3, 4, 5, 6, 7, 8, 9])
    }
}
