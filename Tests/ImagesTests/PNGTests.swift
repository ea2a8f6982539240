import Foundation
import Images
import Testing

/// One row of pixels as Python's zlib and struct wrote it, and what it is in grey.
struct PNGSample: CustomTestStringConvertible, Sendable {
    let name: String
    let base64: String
    let columns: Int
    let pixels: [UInt8]
    /// How far off a pixel may be, where libpng computes in tables.
    var tolerance = 0

    var testDescription: String { name }

    func bytes() throws -> [UInt8] {
        Array(try #require(Data(base64Encoded: base64)))
    }

    static let gray = PNGSample(
        name: "8-bit grey, two rows",
        base64:
            "iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAAAAAC4HznGAAAAEElEQVR42mNgaPjPwMjEDAAIDQGG5UheNQAA"
            + "AABJRU5ErkJggg==",
        columns: 3, pixels: [0, 128, 255, 1, 2, 3])

    static let all = [
        gray,
        PNGSample(
            name: "1-bit grey",
            base64:
                "iVBORw0KGgoAAAANSUhEUgAAAAgAAAABAQAAAADLe9LuAAAACklEQVR42mNYCgAApwCmSDG/bwAAAABJRU5E"
                + "rkJggg==",
            columns: 8, pixels: [255, 0, 255, 0, 0, 255, 0, 255]),
        PNGSample(
            name: "16-bit grey",
            base64:
                "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABEAAAAACB2fwVAAAADUlEQVR42mNoaPj/HwAGggL/bOBDIwAAAABJ"
                + "RU5ErkJggg==",
            columns: 2, pixels: [128, 255]),
        PNGSample(
            name: "colour: grey, white and red, which has 0.2126 of the light",
            base64:
                "iVBORw0KGgoAAAANSUhEUgAAAAMAAAABCAIAAACUgoPjAAAAEElEQVR42mOIior6DwQMDAAaaAULawSuYwAA"
                + "AABJRU5ErkJggg==",
            columns: 3, pixels: [90, 255, 127], tolerance: 1),
        PNGSample(
            name: "colour, opaque and transparent",
            base64:
                "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAYAAAD0In+KAAAAEElEQVR42mM4ceLEfyBmAAAcdAWw3Fr60gAA"
                + "AABJRU5ErkJggg==",
            columns: 2, pixels: [200, 0]),
        PNGSample(
            name: "palette",
            base64:
                "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAMAAADD/I+4AAAABlBMVEUHBwf6+vqc/YntAAAAC0lEQVR42mNg"
                + "YAQAAAQAAizeSK0AAAAASUVORK5CYII=",
            columns: 2, pixels: [7, 250]),
    ]
}

@Suite struct PNGTests {
    @Test(arguments: PNGSample.all)
    func `every kind of PNG becomes 8-bit grey`(sample: PNGSample) throws {
        let image = try PNG.decodeGray(sample.bytes())
        #expect(image.shape.columns == sample.columns)
        #expect(image.shape.rows == sample.pixels.count / sample.columns)
        let differences = zip(image.pixels, sample.pixels).map { abs(Int($0) - Int($1)) }
        #expect(differences.allSatisfy { $0 <= sample.tolerance }, "\(image.pixels)")
    }

    @Test(arguments: [(1, 1), (28, 28), (3, 500), (300, 300), (1, 16384)])
    func `what is encoded decodes to the same pixels`(rows: Int, columns: Int) throws {
        // A multiplicative sequence: nothing that deflate could shorten.
        var state: UInt32 = 1
        let pixels = (0..<rows * columns).map { _ in
            state = state &* 1_664_525 &+ 1_013_904_223
            return UInt8(state >> 24)
        }
        let image = Image(ImageShape(rows: rows, columns: columns), pixels: pixels)
        let file = try PNG.encode(image)
        #expect(PNG.isPNG(file))
        #expect(try PNG.decodeGray(file) == image)
    }

    @Test func `a PNG cut anywhere in its pixels is refused`() throws {
        let file = try PNGSample.gray.bytes()
        // The last chunk, of 12 bytes, has no content.
        for length in 0..<file.count - 12 {
            #expect(throws: ImagesError.self, "\(length) bytes") {
                try PNG.decodeGray(Array(file[..<length]))
            }
        }
    }

    @Test func `a damaged byte in the pixels is refused`() throws {
        let file = try PNGSample.gray.bytes()
        // The signature, the header chunk (25 bytes) and the pixels' chunk up to the last one.
        for index in 41..<file.count - 12 {
            var damaged = file
            damaged[index] ^= 0x10
            #expect(throws: ImagesError.self, "byte \(index)") { try PNG.decodeGray(damaged) }
        }
    }

    @Test func `what is no PNG is refused in libpng's words`() {
        #expect(throws: ImagesError.corrupt(.png, reason: "Not a PNG file")) {
            try PNG.decodeGray([UInt8](repeating: 0, count: 100))
        }
        #expect(throws: ImagesError.self) { try PNG.decodeGray([]) }
    }

    @Test func `a picture over the limit is refused before its pixels are read`() throws {
        let wide =
            "iVBORw0KGgoAAAANSUhEUgAAQAEAAAABAQAAAADhJuDLAAAACUlEQVR42mMAAAABAAGxDbaTAAAAAElFTkSuQmCC"
        let file = Array(try #require(Data(base64Encoded: wide)))
        #expect(throws: ImagesError.tooLarge(.png, rows: 1, columns: 16385, limit: 16384)) {
            try PNG.decodeGray(file)
        }
    }

    @Test(arguments: [(0, 0), (0, 5), (1, 16385)])
    func `a size that PNG files here cannot have is not encoded`(rows: Int, columns: Int) {
        let pixels = [UInt8](repeating: 0, count: rows * columns)
        #expect(throws: ImagesError.self) {
            try PNG.encode(Image(ImageShape(rows: rows, columns: columns), pixels: pixels))
        }
    }

    @Test func `pixels that do not fit their shape are a caller's mistake`() async {
        await #expect(processExitsWith: .failure) {
            _ = Image(ImageShape(rows: 2, columns: 2), pixels: [1, 2, 3])
        }
    }
}
