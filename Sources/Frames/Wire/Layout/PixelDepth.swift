/// How many bits of an integer are pixel, and what to do where nobody says.
///
/// A 12-bit camera fills a uint16 to a sixteenth: divided by the type's largest value its pictures are
/// nearly black, and a verdict on them means nothing. Nothing in one frame tells such a camera from a
/// 16-bit one in the dark. What does tell is a value that fewer bits could not hold, so a source's
/// type is taken at its full range once the source has shown one, and not before.
struct PixelDepth: Sendable, BitwiseCopyable {
    /// Kinds whose top bit the source has used, as bits.
    private var known: UInt8 = 0

    /// The most bits that a value of this kind can use, nil if its range is not in doubt.
    static func width(_ kind: ElementType.Kind) -> Int? {
        switch kind {
        case .uint16: 16
        case .int16: 15
        case .uint32: 32
        case .int32: 31
        default: nil
        }
    }

    /// Whether pixels of this type may be divided by its largest value; remembers what it learns.
    ///
    /// Black is black at any depth, so images without a single bit set are always taken.
    mutating func isKnown(_ type: ElementType, _ pixels: Span<UInt8>) -> Bool {
        guard let bit = Self.bit(type.kind), known & bit == 0 else { return true }
        if type.usesTopBit(pixels) {
            known |= bit
            return true
        }
        for index in pixels.indices where pixels[index] != 0 { return false }
        return true
    }

    private static func bit(_ kind: ElementType.Kind) -> UInt8? {
        switch kind {
        case .uint16: 1
        case .int16: 2
        case .uint32: 4
        case .int32: 8
        default: nil
        }
    }
}

extension ElementType {
    /// The most bits of which a pixel of this type may consist: those of an integer's positive values;
    /// nil if it is none.
    var widestDepth: Int? {
        switch kind {
        case .uint8: 8
        case .int8: 7
        default: PixelDepth.width(kind)
        }
    }

    /// Whether any number is positive and at least half as large as the type allows.
    fileprivate func usesTopBit(_ pixels: Span<UInt8>) -> Bool {
        let isSigned = kind == .int16 || kind == .int32
        let (mask, expected): (UInt8, UInt8) = isSigned ? (0xC0, 0x40) : (0x80, 0x80)
        var index = isBigEndian ? 0 : size - 1
        while index < pixels.count {
            if pixels[index] & mask == expected { return true }
            index += size
        }
        return false
    }
}
