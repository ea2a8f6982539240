extension [UInt8] {
    /// Appends the text that the contents of a JSON string stand for, up to `limit` bytes.
    ///
    /// Escapes that mean nothing lose their backslash, and half a surrogate pair or an incomplete
    /// `\u` becomes U+FFFD.
    mutating func appendUnescaped(_ range: Range<Int>, of text: Span<UInt8>, limit: Int) {
        var at = range.lowerBound
        while at < range.upperBound, count < limit {
            let byte = text[at]
            at += 1
            guard byte == UInt8(ascii: "\\"), at < range.upperBound else {
                append(byte)
                continue
            }
            let escape = text[at]
            at += 1
            switch escape {
            case UInt8(ascii: "b"): append(0x08 as UInt8)
            case UInt8(ascii: "f"): append(0x0C as UInt8)
            case UInt8(ascii: "n"): append(0x0A as UInt8)
            case UInt8(ascii: "r"): append(0x0D as UInt8)
            case UInt8(ascii: "t"): append(0x09 as UInt8)
            case UInt8(ascii: "u"):
                let scalar = text.escapedScalar(at: &at, end: range.upperBound) ?? "\u{FFFD}"
                for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter { append(byte) }
            default: append(escape)
            }
        }
    }
}

extension Span<UInt8> {
    /// Whether `byte` occurs in `range`.
    func contains(_ byte: UInt8, in range: Range<Int>) -> Bool {
        for index in range where self[index] == byte { return true }
        return false
    }

    /// Moves over four hexadecimal digits and returns their value; stops at the first other byte.
    func hexadecimal(at: inout Int, end: Int) -> UInt16? {
        var value: UInt16 = 0
        for _ in 0..<4 {
            guard at < end else { return nil }
            let digit: UInt8
            switch self[at] {
            case let byte where byte &- UInt8(ascii: "0") < 10: digit = byte - UInt8(ascii: "0")
            case let byte where (byte | 0x20) &- UInt8(ascii: "a") < 6:
                digit = (byte | 0x20) - UInt8(ascii: "a") + 10
            default: return nil
            }
            value = value << 4 | UInt16(digit)
            at += 1
        }
        return value
    }

    /// Moves over what follows `\u`, and over a second `\u` if the two are a surrogate pair.
    fileprivate func escapedScalar(at: inout Int, end: Int) -> Unicode.Scalar? {
        guard let unit = hexadecimal(at: &at, end: end) else { return nil }
        guard UTF16.isLeadSurrogate(unit) else { return Unicode.Scalar(unit) }
        var next = at
        guard end - next >= 6, self[next] == UInt8(ascii: "\\"), self[next + 1] == UInt8(ascii: "u")
        else { return nil }
        next += 2
        guard let second = hexadecimal(at: &next, end: end), UTF16.isTrailSurrogate(second) else {
            return nil
        }
        at = next
        return Unicode.Scalar(
            0x10000 + (UInt32(unit) & 0x3FF) << 10 + (UInt32(second) & 0x3FF))
    }
}
