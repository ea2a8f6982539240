/// A position in JSON text that moves over one token at a time.
///
/// It reads what clients put into frame headers without allocating: values are found and skipped,
/// and the few that matter are read where they stand. Every method answers nil or false at anything
/// that is not JSON and never reads beyond the end. Strings stay escaped, and what they and literals
/// consist of is not checked: clients send NaN, and bytes that are not UTF-8, in values nobody reads.
/// See `isStrictJSON` for those that are passed on.
struct JSONCursor {
    /// Index of the next byte.
    var at = 0
    /// Nesting deeper than this is taken for an attack on the stack.
    private static let deepest = 32

    /// Moves over white space and then `byte`, if that is what follows.
    mutating func take(_ byte: UInt8, in text: Span<UInt8>) -> Bool {
        skipSpace(in: text)
        guard at < text.count, text[at] == byte else { return false }
        at += 1
        return true
    }

    /// Moves over a string and returns the range of its contents between the quotes.
    mutating func string(in text: Span<UInt8>) -> Range<Int>? {
        guard take(UInt8(ascii: "\""), in: text) else { return nil }
        let start = at
        while at < text.count {
            switch text[at] {
            case UInt8(ascii: "\""):
                at += 1
                return start..<(at - 1)
            case UInt8(ascii: "\\"): at += 2
            case 0..<0x20: return nil
            default: at += 1
            }
        }
        return nil
    }

    /// Moves over an integer that fits into 64 bits.
    mutating func integer(in text: Span<UInt8>) -> Int? {
        skipSpace(in: text)
        let negative = at < text.count && text[at] == UInt8(ascii: "-")
        if negative { at += 1 }
        let start = at
        var value = 0
        while at < text.count, case let digit = text[at] &- UInt8(ascii: "0"), digit < 10 {
            let (tenfold, tooLarge) = value.multipliedReportingOverflow(by: 10)
            let (sum, overflow) = tenfold.addingReportingOverflow(Int(digit))
            guard !tooLarge, !overflow else { return nil }
            value = sum
            at += 1
        }
        return at > start ? (negative ? -value : value) : nil
    }

    /// Moves over any value and returns the range of its text.
    mutating func value(in text: Span<UInt8>, depth: Int = 0) -> Range<Int>? {
        skipSpace(in: text)
        let start = at
        guard at < text.count, depth < Self.deepest else { return nil }
        switch text[at] {
        case UInt8(ascii: "\""):
            guard string(in: text) != nil else { return nil }
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            guard container(in: text, depth: depth) else { return nil }
        default:
            while at < text.count, Self.isLiteral(text[at]) { at += 1 }
            guard at > start else { return nil }
        }
        return start..<at
    }

    private mutating func container(in text: Span<UInt8>, depth: Int) -> Bool {
        let isObject = text[at] == UInt8(ascii: "{")
        let end = isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")
        at += 1
        if take(end, in: text) { return true }
        repeat {
            if isObject {
                guard string(in: text) != nil, take(UInt8(ascii: ":"), in: text) else {
                    return false
                }
            }
            guard value(in: text, depth: depth + 1) != nil else { return false }
        } while take(UInt8(ascii: ","), in: text)
        return take(end, in: text)
    }

    mutating func skipSpace(in text: Span<UInt8>) {
        while at < text.count {
            switch text[at] {
            case 0x20, 0x09, 0x0A, 0x0D: at += 1
            default: return
            }
        }
    }

    /// Bytes that numbers, true, false, null, NaN and Infinity consist of.
    private static func isLiteral(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "+"), UInt8(ascii: "-"),
            UInt8(ascii: "."):
            true
        default: false
        }
    }
}

extension Span<UInt8> {
    /// Whether the bytes in `range` are exactly `text`.
    func matches(_ range: Range<Int>, _ text: String) -> Bool {
        var expected = text.utf8.makeIterator()
        for index in range where expected.next() != self[index] { return false }
        return expected.next() == nil
    }
}
