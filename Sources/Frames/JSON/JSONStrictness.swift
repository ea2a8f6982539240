extension Span<UInt8> {
    /// Whether the value in `range`, as `JSONCursor` found it, is JSON to the letter (RFC 8259) and
    /// UTF-8, without half a surrogate pair; the cursor has seen to brackets, commas and colons.
    func isStrictJSON(_ range: Range<Int>) -> Bool {
        do { _ = try UTF8Span(validating: extracting(range)) } catch { return false }
        var scanner = StrictScanner(at: range.lowerBound, end: range.upperBound)
        while scanner.at < scanner.end {
            switch self[scanner.at] {
            case UInt8(ascii: "\""):
                guard scanner.string(in: self) else { return false }
            case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                guard scanner.number(in: self) else { return false }
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "+"), UInt8(ascii: "."):
                guard scanner.word(in: self) else { return false }
            default: scanner.at += 1
            }
        }
        return true
    }
}

/// Moves over one token of a text that is known to be well-bracketed; false where it is malformed.
private struct StrictScanner {
    var at: Int
    let end: Int

    /// The next byte, or nil at the end.
    private func peek(_ text: Span<UInt8>) -> UInt8? { at < end ? text[at] : nil }

    private mutating func take(_ byte: UInt8, _ text: Span<UInt8>) -> Bool {
        guard peek(text) == byte else { return false }
        at += 1
        return true
    }

    private mutating func take(_ word: String, _ text: Span<UInt8>) -> Bool {
        let range = at..<min(at + word.utf8.count, end)
        guard text.matches(range, word) else { return false }
        at = range.upperBound
        return true
    }

    mutating func word(in text: Span<UInt8>) -> Bool {
        (take("true", text) || take("false", text) || take("null", text)) && isAtDelimiter(text)
    }

    mutating func number(in text: Span<UInt8>) -> Bool {
        _ = take(UInt8(ascii: "-"), text)
        if !take(UInt8(ascii: "0"), text) {
            guard digits(text) else { return false }
        }
        if take(UInt8(ascii: "."), text) {
            guard digits(text) else { return false }
        }
        if take(UInt8(ascii: "e"), text) || take(UInt8(ascii: "E"), text) {
            if !take(UInt8(ascii: "+"), text) { _ = take(UInt8(ascii: "-"), text) }
            guard digits(text) else { return false }
        }
        return isAtDelimiter(text)
    }

    private mutating func digits(_ text: Span<UInt8>) -> Bool {
        let start = at
        while let byte = peek(text), byte &- UInt8(ascii: "0") < 10 { at += 1 }
        return at > start
    }

    /// Whether a literal may end here.
    private func isAtDelimiter(_ text: Span<UInt8>) -> Bool {
        switch peek(text) {
        case nil, UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"), 0x20, 0x09, 0x0A, 0x0D:
            true
        default: false
        }
    }

    mutating func string(in text: Span<UInt8>) -> Bool {
        at += 1
        while let byte = peek(text) {
            at += 1
            switch byte {
            case UInt8(ascii: "\""): return true
            case UInt8(ascii: "\\"):
                guard escape(text) else { return false }
            case 0..<0x20: return false
            default: break
            }
        }
        return false
    }

    private mutating func escape(_ text: Span<UInt8>) -> Bool {
        guard let byte = peek(text) else { return false }
        at += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
            UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            return true
        case UInt8(ascii: "u"):
            guard let unit = text.hexadecimal(at: &at, end: end) else { return false }
            if UTF16.isTrailSurrogate(unit) { return false }
            guard UTF16.isLeadSurrogate(unit) else { return true }
            guard take(UInt8(ascii: "\\"), text), take(UInt8(ascii: "u"), text),
                let second = text.hexadecimal(at: &at, end: end)
            else { return false }
            return UTF16.isTrailSurrogate(second)
        default: return false
        }
    }
}
