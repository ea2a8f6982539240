/// Base64 (RFC 4648, either alphabet) as it stands inside a JSON string: with JSON's escapes and white
/// space in between.
enum Base64 {
    /// The text after `data:…;base64,`, or all of it.
    static func body(_ range: Range<Int>, of text: Span<UInt8>) -> Range<Int> {
        guard text.beginsLowercased(range, "data:") else { return range }
        for index in range.prefix(256) where text[index] == UInt8(ascii: ",") {
            return (index + 1)..<range.upperBound
        }
        return range
    }

    /// The bytes that the text stands for, or the first `limit` of them; nil if it is no Base64.
    static func decode(
        _ range: Range<Int>, of text: Span<UInt8>, limit: Int = .max
    ) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(min(limit, range.count / 4 * 3 + 3))
        var reader = Base64Reader(range)
        while bytes.count < limit, let byte = reader.next(text) { bytes.append(byte) }
        return reader.isInvalid ? nil : bytes
    }

    /// How many bytes the text stands for; nil if it is no Base64.
    static func count(_ range: Range<Int>, of text: Span<UInt8>) -> Int? {
        var reader = Base64Reader(range)
        var count = 0
        while reader.next(text) != nil { count += 1 }
        return reader.isInvalid ? nil : count
    }
}

/// Moves over Base64 a byte at a time.
private struct Base64Reader {
    private var at: Int
    private let end: Int
    /// The last digits read, of which `held` bits have not been given out.
    private var bits: UInt32 = 0
    private var held = 0
    private var isPadded = false
    private(set) var isInvalid = false

    init(_ range: Range<Int>) { (at, end) = (range.lowerBound, range.upperBound) }

    /// The next byte; nil at the end, and where the text is invalid.
    mutating func next(_ text: Span<UInt8>) -> UInt8? {
        while held < 8 {
            guard let digit = digit(text) else { return nil }
            bits = bits << 6 | UInt32(digit)
            held += 6
        }
        held -= 8
        return UInt8(truncatingIfNeeded: bits >> UInt32(held))
    }

    private mutating func digit(_ text: Span<UInt8>) -> UInt8? {
        while at < end {
            let byte = character(text)
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): return whole(byte - UInt8(ascii: "A"))
            case UInt8(ascii: "a")...UInt8(ascii: "z"): return whole(byte - UInt8(ascii: "a") + 26)
            case UInt8(ascii: "0")...UInt8(ascii: "9"): return whole(byte - UInt8(ascii: "0") + 52)
            case UInt8(ascii: "+"), UInt8(ascii: "-"): return whole(62)
            case UInt8(ascii: "/"), UInt8(ascii: "_"): return whole(63)
            case UInt8(ascii: "="): isPadded = true
            case 0x20, 0x09, 0x0A, 0x0D: break
            default:
                isInvalid = true
                return nil
            }
        }
        // Six bits alone are no byte: something is missing.
        if held == 6 { isInvalid = true }
        return nil
    }

    private mutating func whole(_ digit: UInt8) -> UInt8? {
        if isPadded { isInvalid = true }
        return isPadded ? nil : digit
    }

    /// Moves over one character, unescaped.
    private mutating func character(_ text: Span<UInt8>) -> UInt8 {
        defer { at += 1 }
        guard text[at] == UInt8(ascii: "\\"), at + 1 < end else { return text[at] }
        at += 1
        switch text[at] {
        case UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"): return 0x20
        case UInt8(ascii: "u"):
            // .NET writes + as \u002B.
            var next = at + 1
            guard let unit = text.hexadecimal(at: &next, end: end) else { return 0 }
            at = next - 1
            return UInt8(exactly: unit) ?? 0
        default: return text[at]
        }
    }
}
