/// The JSON object in front of the pixels: `{"dtype": …, "shape": […], …}`.
///
/// pyzmq's array recipe sends `dtype` and `shape`, imagezmq adds `msg`; other senders spell the keys
/// otherwise, and all known spellings are read. Texts are kept as ranges of the header's bytes, so a
/// header is read without allocating.
public struct FrameHeader: Sendable {
    /// The element type, if the header names one: under `dtype`, or else `datatype`, or else `type`.
    public var dtype: Named<ElementType> = .absent
    /// The product of the extents before the image's own: the number of images.
    public var extents = Extents()
    /// Whether `compression` says that the payload is an encoded picture: anything but false, null,
    /// 0 and "".
    public var isCompressed = false
    /// Text of the value of `shape`, as sent.
    public var shape: Range<Int>?
    /// Contents of the string `source`.
    public var source: Range<Int>?
    /// Text of the value of `msg`, as sent.
    public var message: Range<Int>?
    /// Text of the value of `id`, as sent.
    public var id: Range<Int>?
    /// Text of the value of `ts` or `timestamp`, as sent.
    public var timestamp: Range<Int>?
    /// The sender's number of the frame: `seq`, or else `frame`, `frameIndex` or `frame_id`, which
    /// some senders use for names.
    public var sequence: UInt64?

    /// The key that `dtype` was found under; to many senders `type` means something else.
    private var dtypeKey = DtypeKey.type

    private enum DtypeKey: Int { case type, datatype, dtype }

    private static let falsehoods = ["false", "null", "0", "\"\""]

    /// Longer headers are refused unread.
    public static let limit = 16384

    /// A value that is not there, there and understood, or there and not.
    public enum Named<Value: Sendable>: Sendable {
        /// The header has no such key.
        case absent
        /// The value.
        case known(Value)
        /// The header has the key with a value that means nothing here.
        case unknown
    }

    /// Up to eight extents of an array.
    public struct Extents: Sendable {
        var values: (Int, Int, Int, Int, Int, Int, Int, Int) = (0, 0, 0, 0, 0, 0, 0, 0)
        var count = 0
        /// Set when an extent was not a number between 0 and 2³¹, or there were too many.
        var isImpossible = false
    }

    /// Says nothing.
    init() {}

    /// Reads a header; throws `headerNotJSON` or `headerTooLong`.
    public init(_ text: Span<UInt8>) throws(Rejection) {
        guard text.count <= Self.limit else { throw .headerTooLong }
        var cursor = JSONCursor()
        guard cursor.take(UInt8(ascii: "{"), in: text) else { throw .headerNotJSON }
        var bigEndian = false
        if !cursor.take(UInt8(ascii: "}"), in: text) {
            repeat {
                guard let key = cursor.string(in: text), cursor.take(UInt8(ascii: ":"), in: text),
                    let value = cursor.value(in: text)
                else { throw .headerNotJSON }
                note(key, value, text, &bigEndian)
            } while cursor.take(UInt8(ascii: ","), in: text)
            guard cursor.take(UInt8(ascii: "}"), in: text) else { throw .headerNotJSON }
        }
        cursor.skipSpace(in: text)
        guard cursor.at == text.count else { throw .headerNotJSON }
        if bigEndian, case .known(var type) = dtype {
            type.isBigEndian = true
            dtype = .known(type)
        }
    }

    private mutating func note(
        _ key: Range<Int>, _ value: Range<Int>, _ text: Span<UInt8>, _ bigEndian: inout Bool
    ) {
        // By the initial first, so that keys nobody reads, which are most, are compared with few texts.
        guard let initial = key.first.map({ text[$0] }) else { return }
        let contents = string(value, text)
        switch initial {
        case UInt8(ascii: "d"), UInt8(ascii: "t"):
            if text.matches(key, "dtype") {
                noteDtype(contents, text, under: .dtype)
            } else if text.matches(key, "datatype") {
                noteDtype(contents, text, under: .datatype)
            } else if text.matches(key, "type") {
                noteDtype(contents, text, under: .type)
            } else if text.matches(key, "ts") || text.matches(key, "timestamp") {
                timestamp = value
            }
        case UInt8(ascii: "s"):
            if text.matches(key, "shape") {
                shape = value
                extents = Extents(value, text)
            } else if text.matches(key, "source") {
                source = contents
            } else if text.matches(key, "seq") {
                sequence = number(value, text) ?? sequence
            }
        case UInt8(ascii: "m") where text.matches(key, "msg"): message = value
        case UInt8(ascii: "i") where text.matches(key, "id"): id = value
        case UInt8(ascii: "c") where text.matches(key, "compression"):
            isCompressed = !Self.falsehoods.contains { text.matches(value, $0) }
        case UInt8(ascii: "f")
        where text.matches(key, "frame") || text.matches(key, "frameIndex")
            || text.matches(key, "frame_id"):
            sequence = sequence ?? number(value, text)
        case UInt8(ascii: "e")
        where text.matches(key, "endianness") || text.matches(key, "endianess"):
            bigEndian = contents.map { text.matches($0, "big") } ?? false
        default: break
        }
    }

    private mutating func noteDtype(
        _ name: Range<Int>?, _ text: Span<UInt8>, under key: DtypeKey
    ) {
        guard key.rawValue >= dtypeKey.rawValue else { return }
        dtypeKey = key
        dtype = name.flatMap { ElementType(named: $0, in: text) }.map { .known($0) } ?? .unknown
    }

    private func string(_ value: Range<Int>, _ text: Span<UInt8>) -> Range<Int>? {
        guard value.count >= 2, text[value.lowerBound] == UInt8(ascii: "\"") else { return nil }
        return (value.lowerBound + 1)..<(value.upperBound - 1)
    }

    private func number(_ value: Range<Int>, _ text: Span<UInt8>) -> UInt64? {
        var cursor = JSONCursor(at: value.lowerBound)
        guard let number = cursor.integer(in: text), number >= 0, cursor.at == value.upperBound
        else { return nil }
        return UInt64(number)
    }
}
