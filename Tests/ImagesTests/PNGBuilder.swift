/// Makes PNG files of any kind from scanlines, without compressing them.
struct PNGBuilder {
    var columns: Int
    var rows: Int
    var bits: UInt8
    var type: UInt8
    /// Of each pass, where there are several, the rows one after the other.
    var scanlines: [[UInt8]]
    var isInterlaced = false
    /// Chunks before the pixels.
    var chunks: [[UInt8]] = []

    /// The file.
    var file: [UInt8] {
        let flags: [UInt8] = [bits, type, 0, 0, isInterlaced ? 1 : 0]
        var data: [UInt8] = []
        for line in scanlines { data += [0] + line }
        let length = UInt16(data.count)
        let sizes = [length, ~length].flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] as [UInt8] }
        let stored: [UInt8] = [0x78, 0x01, 1] + sizes + data + Self.adler(data)
        var file: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
        file += Self.chunk("IHDR", Self.number(columns) + Self.number(rows) + flags)
        for chunk in chunks { file += chunk }
        return file + Self.chunk("IDAT", stored) + Self.chunk("IEND", [])
    }

    /// A chunk with its length and its checksum.
    static func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
        let content = Array(name.utf8) + data
        return number(data.count) + content + number(Int(checksum(content)))
    }

    private static func number(_ value: Int) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
    }

    private static func adler(_ data: [UInt8]) -> [UInt8] {
        let (sum, sums) = data.reduce((1, 0)) { pair, byte in
            let sum = (pair.0 + Int(byte)) % 65521
            return (sum, (pair.1 + sum) % 65521)
        }
        return number(sums << 16 | sum)
    }

    private static func checksum(_ data: [UInt8]) -> UInt32 {
        ~data.reduce(~0) { checksum, byte in
            (0..<8).reduce(checksum ^ UInt32(byte)) { rest, _ in
                rest & 1 == 1 ? rest >> 1 ^ 0xedb8_8320 : rest >> 1
            }
        }
    }
}
