import Files
import Testing

@Suite struct GzipTests {
    private static let text = Array("hello, elbod\nhello, elbod\nhello, elbod\n".utf8)
    /// Python's gzip.compress of the text, with mtime 0: 10 bytes of header, 8 of check sum and size.
    private static let packed = bytes(
        hex: "1f8b0800000000000203cb48cdc9c9d75148cd49ca4fe1cac0c9010081bca1ed27000000")

    private static func bytes(hex: String) -> [UInt8] {
        let digits = hex.compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count, by: 2).map {
            UInt8(digits[$0] << 4 | digits[$0 + 1])
        }
    }

    @Test func `one member is unpacked`() throws {
        #expect(try gunzip(Self.packed) == Self.text)
    }

    @Test func `several members are joined`() throws {
        #expect(try gunzip(Self.packed + Self.packed) == Self.text + Self.text)
    }

    @Test func `only the first two bytes tell gzip`() {
        #expect(isGzip(Self.packed))
        #expect(isGzip([0x1f, 0x8b]))
        #expect(!isGzip([0x1f]))
        #expect(!isGzip(Self.text))
    }

    @Test func `what is not gzip is refused as that`() {
        #expect(throws: FilesError.notGzip) { try gunzip(Self.text) }
        #expect(throws: FilesError.notGzip) { try gunzip([]) }
    }

    @Test func `data cut at any byte is refused as truncated`() throws {
        for length in 2..<Self.packed.count {
            let error = #expect(throws: FilesError.self) {
                try gunzip(Array(Self.packed[..<length]))
            }
            guard case .gzipTruncated = error else {
                Issue.record("\(length) bytes gave \(String(describing: error))")
                continue
            }
        }
    }

    @Test func `a second member cut short is refused as truncated`() {
        #expect(throws: FilesError.gzipTruncated(unpacked: Self.text.count)) {
            try gunzip(Self.packed + Self.packed.prefix(10))
        }
    }

    @Test func `any bit changed after the header is noticed`() {
        for index in 10..<Self.packed.count {
            // The last byte of the compressed data has two bits; the others are padding.
            for bit in 0..<(index == 27 ? 2 : 8) {
                var damaged = Self.packed
                damaged[index] ^= 1 << bit
                #expect(throws: FilesError.self, "byte \(index), bit \(bit)") {
                    try gunzip(damaged)
                }
            }
        }
    }

    @Test func `anything but a member after the end is refused as corrupt`() {
        #expect(
            throws: FilesError.gzipCorrupt(
                unpacked: Self.text.count, reason: "incorrect header check")
        ) { try gunzip(Self.packed + [0, 0, 0]) }
    }

    @Test func `output of exactly the limit is given and one more byte is refused`() throws {
        #expect(try gunzip(Self.packed, limit: Self.text.count) == Self.text)
        #expect(throws: FilesError.gzipTooLarge(limit: Self.text.count - 1)) {
            try gunzip(Self.packed, limit: Self.text.count - 1)
        }
    }

    @Test func `output beyond one chunk is whole`() throws {
        let many = 20_000
        let packed = (0..<many).flatMap { _ in Self.packed }
        #expect(try gunzip(packed) == (0..<many).flatMap { _ in Self.text })
    }
}
