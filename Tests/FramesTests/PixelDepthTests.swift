import Frames
import TestSupport
import Testing

@Suite struct PixelDepthTests {
    /// A message of these numbers.
    private func take(
        _ intake: inout Intake, _ numbers: [Int], _ kind: String,
        _ members: String = "\"x\":1", from source: String = "cam"
    ) throws(Rejection) -> [Float] {
        let type = ElementType(kind) ?? ElementType(.uint8)
        let payload = numbers.flatMap { number in
            (0..<type.size).map { byte in
                UInt8(
                    truncatingIfNeeded: number
                        >> (8 * (type.isBigEndian ? type.size - 1 - byte : byte)))
            }
        }
        intake.settle()
        try intake.take(
            header("\"source\":\"\(source)\"", members, dtype: kind), payload: payload)
        return intake.pixels[0]
    }

    @Test(arguments: [
        ("uint16", 16), ("uint16", 12), ("uint16", 10), ("uint16", 1), (">u2", 14), ("int16", 12),
        ("int16", 15), ("uint32", 12), ("uint32", 32), ("int32", 8), ("int32", 31), ("uint8", 4),
    ])
    func `integers are divided by the largest value of their bits`(kind: String, bits: Int) throws {
        var intake = Intake()
        let largest = 1 << bits - 1
        for key in ["bits", "bit_depth", "significant_bits"] {
            let pixels = try take(
                &intake, [0, largest, largest / 2, 1], kind, "\"\(key)\":\(bits)")
            let expected = [0, largest, largest / 2, 1].map { Float(Double($0) / Double(largest)) }
            #expect(pixels == expected, "\(key)")
        }
        // Of wider ones the next integer does not exist, or is the same number as a pixel.
        guard bits < 15, kind != "uint8" || bits < 8 else { return }
        #expect(throws: Rejection.outOfRange) {
            try take(&intake, [0, largest + 1, 0, 0], kind, "\"bits\":\(bits)")
        }
    }

    @Test(arguments: [
        ("uint16", "17"), ("uint16", "0"), ("int16", "16"), ("uint32", "33"), ("int32", "32"),
        ("uint16", "\"12\""), ("uint16", "12.0"), ("uint16", "99999999999"), ("uint16", "null"),
    ])
    func `bits that the type does not have are refused`(kind: String, bits: String) {
        var intake = Intake()
        #expect(throws: Rejection.badBits) {
            try take(&intake, [1, 2, 3, 4], kind, "\"bits\":\(bits)")
        }
    }

    @Test(arguments: [
        ("uint16", 4095), ("uint16", 1023), ("uint16", 16383), ("uint16", 32767), ("int16", 255),
        ("int16", 16383), ("int32", 255), ("uint32", 32767), (">u2", 4095), (">i4", 255),
    ])
    func `integers that may have fewer bits than their type are refused until it is said`(
        kind: String, largest: Int
    ) throws {
        var intake = Intake()
        #expect(throws: Rejection.pixelRangeUnknown) {
            try take(&intake, [0, largest, 1, 2], kind)
        }
        #expect(Rejection.pixelRangeUnknown.explanation.contains("\"bits\": 12"))
        _ = try take(&intake, [0, largest, 1, 2], kind, "\"bits\":15")
        // Said of one message, it is not known of the next.
        #expect(throws: Rejection.pixelRangeUnknown) {
            try take(&intake, [0, largest, 1, 2], kind)
        }
    }

    @Test(arguments: [
        ("uint16", 32768, 65535), ("int16", 16384, 32767), ("uint32", 1 << 31, 1 << 32 - 1),
        ("int32", 1 << 30, 1 << 31 - 1), (">u2", 32768, 65535),
    ])
    func `a value that needs all bits tells, and the source may be dark from then on`(
        kind: String, telling: Int, white: Int
    ) throws {
        var intake = Intake()
        #expect(throws: Rejection.pixelRangeUnknown) { try take(&intake, [0, 7, 8, 9], kind) }
        let bright = try take(&intake, [0, telling, 8, white], kind)
        #expect(bright[3] == 1)
        let dark = try take(&intake, [0, 7, 8, 9], kind)
        for (pixel, number) in zip(dark, [0, 7, 8, 9]) {
            #expect(abs(Double(pixel) - Double(number) / Double(white)) < 1e-10)
        }
        // It is known of this source only, and of this type.
        #expect(throws: Rejection.pixelRangeUnknown) {
            try take(&intake, [0, 7, 8, 9], kind, from: "other cam")
        }
        let other = kind == "int32" ? "uint16" : "int32"
        #expect(throws: Rejection.pixelRangeUnknown) { try take(&intake, [0, 7, 8, 9], other) }
    }

    @Test func `black is black at any depth`() throws {
        var intake = Intake()
        #expect(try take(&intake, [0, 0, 0, 0], "uint16") == [0, 0, 0, 0])
        #expect(throws: Rejection.pixelRangeUnknown) { try take(&intake, [0, 0, 1, 0], "uint16") }
    }

    @Test func `negative numbers do not tell`() {
        var intake = Intake()
        #expect(throws: Rejection.pixelRangeUnknown) { try take(&intake, [0, -1, 8, 9], "int16") }
    }

    @Test(arguments: ["uint8", "int8", "bool"])
    func `what cannot be deeper than 8 bits is as it is`(kind: String) throws {
        var intake = Intake()
        let plain = try take(&intake, [0, 1, 0, 1], kind)
        for members in ["\"depth\":3", "\"bits\":24", "\"bit_depth\":8", "\"depth\":\"uint8\""] {
            #expect(try take(&intake, [0, 1, 0, 1], kind, members) == plain, "\(members)")
        }
    }

    @Test func `depth counts where nothing else says how many bits there are`() throws {
        var intake = Intake()
        let expected = try take(&intake, [0, 1, 2, 1023], "uint16", "\"bits\":10")
        #expect(try take(&intake, [0, 1, 2, 1023], "uint16", "\"depth\":10") == expected)
        #expect(
            try take(&intake, [0, 1, 2, 1023], "uint16", "\"depth\":2,\"bits\":10") == expected)
        #expect(
            try take(&intake, [0, 1, 2, 1023], "uint16", "\"bits\":10,\"depth\":2") == expected)
        #expect(throws: Rejection.pixelRangeUnknown) {
            try take(&intake, [0, 1, 2, 1023], "uint16", "\"depth\":\"CV_16U\"")
        }
    }

    @Test func `the model's depth counts where the header says nothing`() throws {
        var intake = Intake(depth: 12)
        #expect(try take(&intake, [0, 1, 2, 4095], "uint16")[3] == 1)
        #expect(try take(&intake, [0, 1, 2, 1023], "uint16", "\"bits\":10")[3] == 1)
        #expect(try take(&intake, [0, 1, 2, 255], "uint8")[3] == 1)
        #expect(throws: Rejection.outOfRange) { try take(&intake, [0, 1, 2, 4096], "uint16") }
    }
}
