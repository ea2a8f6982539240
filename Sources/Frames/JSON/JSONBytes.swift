// Writing JSON into a reused buffer: no strings are built on the way of a verdict.

extension [UInt8] {
    /// Appends text as it is.
    public mutating func append(_ text: String) {
        append(contentsOf: text.utf8)
    }

    /// Appends an integer in decimal, with leading zeros up to `digits` digits.
    public mutating func append(_ number: UInt64, digits: Int = 1) {
        if digits > 1 || number >= 10 { append(number / 10, digits: digits - 1) }
        append(UInt8(ascii: "0") + UInt8(number % 10))
    }

    /// Appends the shortest text that reads back as the same number, or null if it is none.
    public mutating func append(_ number: Float) {
        if number.isFinite { append(contentsOf: number.description.utf8) } else { append("null") }
    }

    /// Appends the contents of a JSON string, escaped, control characters of terminals too: DEL, and
    /// those from U+0080 to U+009F, of which one alone begins a command.
    public mutating func appendEscaped(_ text: String) {
        var isAfterC2 = false
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                append(UInt8(ascii: "\\"))
                append(byte)
            case 0..<0x20, 0x7F: appendUnicodeEscape(byte)
            case 0x80...0x9F where isAfterC2:
                removeLast()
                appendUnicodeEscape(byte)
            default: append(byte)
            }
            isAfterC2 = byte == 0xC2
        }
    }

    /// Appends `\u00` and the two digits of a scalar below U+0100.
    private mutating func appendUnicodeEscape(_ scalar: UInt8) {
        append(contentsOf: "\\u00".utf8)
        append(hexDigit(scalar >> 4))
        append(hexDigit(scalar & 15))
    }
}

/// Text as the contents of a JSON string.
public func jsonEscaped(_ text: String) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.appendEscaped(text)
    return bytes
}

/// The digit for 0 to 15.
public func hexDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
}
