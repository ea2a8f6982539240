/// How one pixel is stored: NumPy's element types that can hold a grey level.
public struct ElementType: Hashable, Sendable, BitwiseCopyable {
    /// What kind of number.
    public var kind: Kind
    /// Whether the most significant byte comes first.
    public var isBigEndian = false

    /// The numbers that can be read.
    public enum Kind: String, CaseIterable, Sendable, BitwiseCopyable {
        /// A byte that is 0 or not.
        case bool
        /// Integers, divided by the largest value of their type.
        case uint8, uint16, uint32, int8, int16, int32
        /// Numbers that must lie in [0, 1] already.
        case float16, float32, float64

        /// Whether it is one of the last three.
        var isFloatingPoint: Bool {
            switch self {
            case .float16, .float32, .float64: true
            default: false
            }
        }
    }

    /// An element of this kind.
    public init(_ kind: Kind, isBigEndian: Bool = false) {
        self.kind = kind
        self.isBigEndian = isBigEndian
    }

    /// Bytes per element.
    public var size: Int {
        switch kind {
        case .bool, .uint8, .int8: 1
        case .uint16, .int16, .float16: 2
        case .uint32, .int32, .float32: 4
        case .float64: 8
        }
    }

    /// Every spelling: `str(dtype)`, `dtype.str` without its byte order, KServe's.
    private static let spellings: [(Kind, [String])] = [
        (.uint8, ["uint8", "u1", "B", "UINT8"]), (.float32, ["float32", "f4", "f", "FP32"]),
        (.float64, ["float64", "f8", "d", "FP64"]), (.uint16, ["uint16", "u2", "H", "UINT16"]),
        (.bool, ["bool", "b1", "?", "BOOL"]), (.float16, ["float16", "f2", "e", "FP16"]),
        (.int8, ["int8", "i1", "b", "INT8"]), (.int16, ["int16", "i2", "h", "INT16"]),
        (.int32, ["int32", "i4", "i", "INT32"]), (.uint32, ["uint32", "u4", "I", "UINT32"]),
    ]

    /// The element type spelt by the bytes in `range`, such as `uint8`, `|u1` or `>f4`.
    init?(named range: Range<Int>, in text: Span<UInt8>) {
        var range = range
        var bigEndian = false
        if let first = range.first {
            switch text[first] {
            case UInt8(ascii: ">"): (bigEndian, range) = (true, (first + 1)..<range.upperBound)
            case UInt8(ascii: "<"), UInt8(ascii: "="), UInt8(ascii: "|"):
                range = (first + 1)..<range.upperBound
            default: break
            }
        }
        for (kind, names) in Self.spellings {
            for name in names where text.matches(range, name) {
                self.init(kind, isBigEndian: bigEndian)
                return
            }
        }
        return nil
    }

    /// The element type of this name, such as `<f4` in a `.npy` file.
    public init?(_ name: String) {
        let bytes = Array(name.utf8)
        self.init(named: 0..<bytes.count, in: bytes.span)
    }
}
