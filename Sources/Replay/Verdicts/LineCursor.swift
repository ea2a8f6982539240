/// A position in a line of JSON that moves over one token at a time, and never beyond the end.
///
/// Every method answers nil or false at anything else than what it is named after.
///
/// `JSONCursor` of `Frames` checks more: brackets must match, and strings hold no control characters,
/// because it passes on what strangers send. This one trusts its daemon. A verdict is read in 176 ns
/// here, in 200 by a `JSONCursor` with the same keys and numbers and in 480 by one that compares keys
/// as texts; the load generator should cost the machine it measures as little as possible.
struct LineCursor {
    /// Index of the next byte.
    private(set) var at = 0

    /// A key as a number: its last sixteen bytes, which no longer key than those below can imitate.
    ///
    /// A verdict has about ten keys before its score, each of which would otherwise be compared with
    /// up to six texts; these are one comparison of registers each.
    struct Key: Equatable {
        fileprivate var bytes: UInt128 = 0

        // As numbers, these are part of the code; made from strings they would be looked up each time.
        static var source: Key { Key(bytes: 0x73_6F_75_72_63_65) }
        static var sequence: Key { Key(bytes: 0x73_65_71) }  // seq
        static var index: Key { Key(bytes: 0x69_6E_64_65_78) }
        static var isAnomaly: Key { Key(bytes: 0x69_73_5F_61_6E_6F_6D_61_6C_79) }  // is_anomaly
        static var score: Key { Key(bytes: 0x73_63_6F_72_65) }
        static var reason: Key { Key(bytes: 0x72_65_61_73_6F_6E) }
    }

    /// Moves over white space and then `byte`, if that is what follows.
    mutating func take(_ byte: UInt8, in line: Span<UInt8>) -> Bool {
        skipSpace(in: line)
        guard at < line.count, line[at] == byte else { return false }
        at += 1
        return true
    }

    /// Moves over a string and returns it as a key; one with escapes matches nothing.
    mutating func key(in line: Span<UInt8>) -> Key? {
        guard take(UInt8(ascii: "\""), in: line) else { return nil }
        var key = Key()
        while at < line.count {
            let byte = line[at]
            at &+= 1
            if byte == UInt8(ascii: "\"") { return key }
            if byte == UInt8(ascii: "\\") { at &+= 1 }
            key.bytes = key.bytes << 8 | UInt128(byte)
        }
        return nil
    }

    /// Moves over a string and returns where its contents stand, escapes as they are.
    mutating func string(in line: Span<UInt8>) -> Range<Int>? {
        guard take(UInt8(ascii: "\""), in: line) else { return nil }
        let start = at
        while at < line.count {
            let byte = line[at]
            at &+= 1
            if byte == UInt8(ascii: "\"") { return start..<(at &- 1) }
            if byte == UInt8(ascii: "\\") { at &+= 1 }
        }
        return nil
    }

    /// Moves over `true` or `false`.
    mutating func truth(in line: Span<UInt8>) -> Bool? {
        skipSpace(in: line)
        guard at < line.count else { return nil }
        let initial = line[at]
        guard initial == UInt8(ascii: "t") || initial == UInt8(ascii: "f") else { return nil }
        return skipWord(in: line) ? initial == UInt8(ascii: "t") : nil
    }

    /// Moves over any value; brackets are counted and not matched.
    mutating func skipValue(in line: Span<UInt8>) -> Bool {
        skipSpace(in: line)
        guard at < line.count else { return false }
        var depth = 0
        repeat {
            guard at < line.count else { return false }
            switch line[at] {
            case UInt8(ascii: "\""):
                guard string(in: line) != nil else { return false }
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                (depth, at) = (depth + 1, at + 1)
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                guard depth > 0 else { return false }
                (depth, at) = (depth - 1, at + 1)
            case UInt8(ascii: ","), UInt8(ascii: ":"), 0x20, 0x09:
                guard depth > 0 else { return false }
                at += 1
            default:
                guard skipWord(in: line) else { return false }
            }
        } while depth > 0
        return true
    }

    /// Moves over letters, digits, signs and points.
    private mutating func skipWord(in line: Span<UInt8>) -> Bool {
        let start = at
        while at < line.count {
            switch line[at] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "+"), UInt8(ascii: "-"),
                UInt8(ascii: "."):
                at += 1
            default: return at > start
            }
        }
        return at > start
    }

    mutating func skipSpace(in line: Span<UInt8>) {
        while at < line.count, line[at] == 0x20 || line[at] == 0x09 { at += 1 }
    }

    /// Moves over `byte` if it is next; unlike `take`, without white space before it.
    mutating func passes(_ byte: UInt8, in line: Span<UInt8>) -> Bool {
        guard at < line.count, line[at] == byte else { return false }
        at += 1
        return true
    }

    /// The next byte as a digit, moved over if it is one.
    mutating func digit(in line: Span<UInt8>) -> Int? {
        guard at < line.count, case let digit = line[at] &- UInt8(ascii: "0"), digit < 10 else {
            return nil
        }
        at += 1
        return Int(digit)
    }
}
