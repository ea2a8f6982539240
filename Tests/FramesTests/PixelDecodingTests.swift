import Frames
import Tensors
import Testing

@Suite struct PixelDecodingTests {
    /// An element type, four pixels as big-endian bytes, and what they are as numbers.
    struct Case: Sendable, CustomTestStringConvertible {
        let kind: ElementType.Kind
        let pixels: [[UInt8]]
        let expected: [Float]
        var testDescription: String { kind.rawValue }
    }

    @Test(arguments: [
        Case(kind: .bool, pixels: [[0], [1], [2], [255]], expected: [0, 1, 1, 1]),
        Case(
            kind: .uint8, pixels: [[0], [1], [128], [255]], expected: [0, 1 / 255, 128 / 255, 1]),
        Case(kind: .int8, pixels: [[0], [1], [64], [127]], expected: [0, 1 / 127, 64 / 127, 1]),
        Case(
            kind: .uint16, pixels: [[0, 0], [0, 1], [0x12, 0x34], [255, 255]],
            expected: [0, 1 / 65535, 4660 / 65535, 1]),
        Case(
            kind: .int16, pixels: [[0, 0], [0, 1], [0x12, 0x34], [127, 255]],
            expected: [0, 1 / 32767, 4660 / 32767, 1]),
        Case(
            kind: .uint32,
            pixels: [
                [0, 0, 0, 0], [0, 0, 0, 1], [0x12, 0x34, 0x56, 0x78], [255, 255, 255, 255],
            ],
            expected: [0, Float(1 / 4_294_967_295.0), Float(305_419_896.0 / 4_294_967_295), 1]),
        Case(
            kind: .int32,
            pixels: [
                [0, 0, 0, 0], [0, 0, 0, 1], [0x12, 0x34, 0x56, 0x78], [127, 255, 255, 255],
            ],
            expected: [0, Float(1 / 2_147_483_647.0), Float(305_419_896.0 / 2_147_483_647), 1]),
        Case(
            kind: .float16, pixels: [[0, 0], [0x2E, 0x66], [0x38, 0], [0x3C, 0]],
            expected: [0, 0.099975586, 0.5, 1]),
        Case(
            kind: .float32,
            pixels: [
                [0, 0, 0, 0], [0x3D, 0xCC, 0xCC, 0xCD], [0x3F, 0, 0, 0], [0x3F, 0x80, 0, 0],
            ],
            expected: [0, 0.1, 0.5, 1]),
        Case(
            kind: .float64,
            pixels: [
                [0, 0, 0, 0, 0, 0, 0, 0], [0x3F, 0xB9, 0x99, 0x99, 0x99, 0x99, 0x99, 0x9A],
                [0x3F, 0xE0, 0, 0, 0, 0, 0, 0], [0x3F, 0xF0, 0, 0, 0, 0, 0, 0],
            ], expected: [0, 0.1, 0.5, 1]),
    ])
    func `pixels of every type and byte order become numbers in [0, 1]`(example: Case) throws {
        for isBigEndian in [false, true] {
            let type = ElementType(example.kind, isBigEndian: isBigEndian)
            let bytes = example.pixels.flatMap { isBigEndian ? $0 : $0.reversed() }
            let rows = ImageBatch(rows: 3, columns: 4)
            for row in 0..<3 { rows.setRow(row, bytes: [255, 255, 255, 255].span) }
            try type.decode(bytes.span, intoRow: 1, of: rows)
            let expected = [1, 1, 1, 1] + example.expected + [1, 1, 1, 1]
            #expect((0..<3).flatMap { rows[$0] } == expected, "big-endian: \(isBigEndian)")
        }
    }

    @Test(arguments: [
        (ElementType.Kind.float32, [0x7F, 0xC0, 0, 0] as [UInt8], Rejection.notFinite),
        (.float32, [0x7F, 0x80, 0, 0], .notFinite), (.float32, [0xFF, 0x80, 0, 0], .notFinite),
        (.float32, [0x7F, 0x80, 0, 1], .notFinite),
        (.float16, [0x7E, 0], .notFinite), (.float16, [0xFC, 0], .notFinite),
        (.float64, [0x7F, 0xF8, 0, 0, 0, 0, 0, 0], .notFinite),
        (.float64, [0xFF, 0xF0, 0, 0, 0, 0, 0, 0], .notFinite),
        (.float32, [0x3F, 0x80, 0x10, 0], .outOfRange),  // 1.0005
        (.float32, [0xBA, 0x03, 0x12, 0x6F], .outOfRange),  // -0.0005
        (.float32, [0x43, 0x7F, 0, 0], .outOfRange),  // 255
        (.float32, [0x7F, 0x7F, 0xFF, 0xFF], .outOfRange), (.float16, [0x3C, 1], .outOfRange),
        (.float64, [0xBF, 0xF0, 0, 0, 0, 0, 0, 0], .outOfRange),
        (.float64, [0x7F, 0xEF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], .outOfRange),
        (.int8, [0xFF], .outOfRange), (.int8, [0x80], .outOfRange),
        (.int16, [0xFF, 0xFF], .outOfRange), (.int16, [0x80, 0], .outOfRange),
        (.int32, [0xFF, 0xFF, 0xFF, 0xFF], .outOfRange), (.int32, [0x80, 0, 0, 0], .outOfRange),
    ])
    func `a pixel that is no grey level is refused wherever it is`(
        kind: ElementType.Kind, pixel: [UInt8], reason: Rejection
    ) {
        let type = ElementType(kind, isBigEndian: true)
        for position in 0..<4 {
            var bytes = [UInt8](repeating: 0, count: 4 * type.size)
            bytes.replaceSubrange(
                (position * type.size)..<((position + 1) * type.size), with: pixel)
            #expect(throws: reason, "pixel \(position)") {
                try type.decode(bytes.span, intoRow: 0, of: ImageBatch(rows: 1, columns: 4))
            }
        }
    }

    @Test(arguments: [Float(1.00005), -0.00005, 1, 0, -0.0])
    func `rounding in the sender's own division is forgiven`(value: Float) throws {
        let bits = value.bitPattern
        let bytes = (0..<4).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) }
        let rows = ImageBatch(rows: 1, columns: 1)
        try ElementType(.float32).decode(bytes.span, intoRow: 0, of: rows)
        #expect(rows[0] == [value])
    }

    @Test func `bytes that are not one image are a bug`() async {
        await #expect(processExitsWith: .failure) {
            let bytes: [UInt8] = [0, 0, 0]
            try ElementType(.uint8).decode(
                bytes.span, intoRow: 0, of: ImageBatch(rows: 1, columns: 4))
        }
    }
}
