/// An array written as JSON, `[[0, 255], [17, 3]]`: what `tolist()` makes of one.
struct NumberList {
    /// Its extents, as its lists are nested.
    private(set) var extents = FrameHeader.Extents()
    /// Its numbers.
    private(set) var count = 0
    /// Whether all are written without fraction or exponent.
    private(set) var isIntegral = true
    /// The largest of them.
    private(set) var maximum = -Double.infinity

    /// Reads a list; nil if it is not one of numbers, or lists of one kind are not of one length.
    init?(_ range: Range<Int>, of text: Span<UInt8>) {
        var (count, maximum, areIntegral) = (0, -Double.infinity, true)
        let isList = Self.read(range, of: text, extents: &extents) { number, isIntegral in
            count += 1
            maximum = max(maximum, number)
            areIntegral = areIntegral && isIntegral
        }
        guard isList, count > 0 else { return nil }
        (self.count, self.maximum, isIntegral) = (count, maximum, areIntegral)
    }

    /// The element type that numbers without one must have; nil if they may be either bytes or
    /// fractions.
    ///
    /// 0 and 1 alone may be the darkest bytes or black and white; zeros are black in any case.
    var impliedType: ElementType? {
        guard isIntegral else { return ElementType(.float32) }
        return maximum <= 255 && maximum != 1 ? ElementType(.uint8) : nil
    }

    /// The bytes of an array of these numbers, integers little-endian and fractions as `float32`.
    ///
    /// Throws `outOfRange` if one does not fit, `badEmbeddedPixels` if they are no such list.
    static func bytes(
        _ range: Range<Int>, of text: Span<UInt8>, as kind: ElementType.Kind
    ) throws(Rejection) -> [UInt8] {
        let size = ElementType(storedKind(kind)).size
        var bytes: [UInt8] = []
        var fits = true
        var extents = FrameHeader.Extents()
        let isList = read(range, of: text, extents: &extents) { number, _ in
            guard let bits = bits(number, kind) else {
                fits = false
                return
            }
            for index in 0..<size { bytes.append(UInt8(truncatingIfNeeded: bits >> (8 * index))) }
        }
        guard isList else { throw .badEmbeddedPixels }
        guard fits else { throw .outOfRange }
        return bytes
    }

    /// How numbers of this kind are stored by `bytes`.
    static func storedKind(_ kind: ElementType.Kind) -> ElementType.Kind {
        kind.isFloatingPoint ? .float32 : kind
    }

    private static func bits(_ number: Double, _ kind: ElementType.Kind) -> Int64? {
        func within(_ range: ClosedRange<Int64>) -> Int64? {
            Int64(exactly: number).flatMap { range.contains($0) ? $0 : nil }
        }
        return switch kind {
        case .bool: number == 0 ? 0 : 1
        case .uint8: within(0...255)
        case .int8: within(0...127)
        case .uint16: within(0...65535)
        case .int16: within(0...32767)
        case .uint32: within(0...4_294_967_295)
        case .int32: within(0...2_147_483_647)
        case .float16, .float32, .float64: Int64(Float(number).bitPattern)
        }
    }

    /// Goes through the numbers of a list in order, and learns its extents; whether it is one.
    private static func read(
        _ range: Range<Int>, of text: Span<UInt8>, extents: inout FrameHeader.Extents,
        _ body: (Double, _ isIntegral: Bool) -> Void
    ) -> Bool {
        var cursor = JSONCursor(at: range.lowerBound)
        var lengths = [0]
        // By depth, -1 where no list has ended yet.
        var sizes = [-1]
        // How deep the numbers are.
        var rank: Int?
        guard cursor.take(UInt8(ascii: "["), in: text) else { return false }
        while !lengths.isEmpty, cursor.at < range.upperBound {
            let depth = lengths.count
            if cursor.take(UInt8(ascii: "["), in: text) {
                guard depth < rank ?? 8 else { return false }
                lengths[depth - 1] += 1
                lengths.append(0)
                if sizes.count < lengths.count { sizes.append(-1) }
                continue
            }
            rank = rank ?? depth
            guard depth == rank, let (number, isIntegral) = cursor.number(in: text) else {
                return false
            }
            body(number, isIntegral)
            lengths[depth - 1] += 1
            // A comma, or the ends of as many lists as end here.
            while !cursor.take(UInt8(ascii: ","), in: text) {
                guard cursor.take(UInt8(ascii: "]"), in: text), let length = lengths.popLast()
                else { return false }
                let level = lengths.count
                if sizes[level] < 0 { sizes[level] = length }
                guard sizes[level] == length else { return false }
                if lengths.isEmpty { break }
            }
        }
        extents = FrameHeader.Extents(sizes)
        return lengths.isEmpty && cursor.at == range.upperBound
    }
}

extension JSONCursor {
    /// Moves over a number, or true or false for 1 and 0, and whether it is an integer as written.
    fileprivate mutating func number(in text: Span<UInt8>) -> (Double, isIntegral: Bool)? {
        guard let range = value(in: text), let first = range.first else { return nil }
        if text.matches(range, "true") { return (1, true) }
        if text.matches(range, "false") { return (0, true) }
        guard
            text[first] == UInt8(ascii: "-") || text[first] &- UInt8(ascii: "0") < 10
        else { return nil }
        var (value, digits, at) = (0, 0, range.lowerBound)
        while at < range.upperBound, case let digit = text[at] &- UInt8(ascii: "0"), digit < 10,
            digits < 15
        {
            (value, digits, at) = (value * 10 + Int(digit), digits + 1, at + 1)
        }
        if at == range.upperBound { return (Double(value), true) }
        guard range.count <= 64 else { return nil }
        let spelt = String(decoding: range.map { text[$0] }, as: UTF8.self)
        guard let number = Double(spelt), number.isFinite else { return nil }
        let isIntegral = !spelt.utf8.contains { [0x2E, 0x65, 0x45].contains($0) }
        return (number, isIntegral)
    }
}
