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

    /// How many bits of an integer are pixel: `bits`, `bit_depth`, `significant_bits` or `depth`.
    public var bits: Named<Int> = .absent
    /// Text of the value that holds the picture itself, where the header has one.
    public var picture: Range<Int>?
    /// Whether it says what control messages say, such as `{"done": true}`.
    public var isControl = false
    /// How pixels lie, as far as it says.
    var layout = PixelLayout()
    /// Bytes from one row to the next: ROS's `step`.
    var step: Int?
    /// Text of the value of `strides`, NumPy's bytes from one element to the next along each axis.
    private(set) var strides: Range<Int>?
    /// `height`, `width` and `channels`, for headers without a `shape`.
    private var (height, width, channels): (Int?, Int?, Int?)
    /// What `layout` says of the element type.
    private var impliedKind: ElementType.Kind?
    /// Whether `bits` was found under `depth`, which to some senders means something else.
    private(set) var isDepth = false

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

    /// Whether pixels of an array follow, and no encoded picture.
    var saysArray: Bool { if case .known = dtype { !isCompressed } else { false } }

    /// The header of a picture that comes without one.
    init() {}

    /// Reads a header; throws `headerNotJSON` or `headerTooLong`.
    ///
    /// A picture inside it does not count towards its length.
    public init(_ text: Span<UInt8>) throws(Rejection) {
        do throws(Rejection) { try read(text) } catch {
            throw text.count > Self.limit && picture == nil ? .headerTooLong : error
        }
        guard text.count - (picture?.count ?? 0) <= Self.limit else { throw .headerTooLong }
    }

    private mutating func read(_ text: Span<UInt8>) throws(Rejection) {
        var cursor = JSONCursor()
        guard cursor.take(UInt8(ascii: "{"), in: text) else { throw .headerNotJSON }
        var bigEndian = false
        if !cursor.take(UInt8(ascii: "}"), in: text) {
            repeat {
                guard let key = cursor.string(in: text), cursor.take(UInt8(ascii: ":"), in: text),
                    let value = cursor.value(in: text)
                else { throw .headerNotJSON }
                note(key, value, text, &bigEndian)
                // What follows would be read for nothing.
                guard cursor.at - (picture?.count ?? 0) <= Self.limit else { throw .headerTooLong }
            } while cursor.take(UInt8(ascii: ","), in: text)
            guard cursor.take(UInt8(ascii: "}"), in: text) else { throw .headerNotJSON }
        }
        cursor.skipSpace(in: text)
        guard cursor.at == text.count else { throw .headerNotJSON }
        if case .absent = dtype, let impliedKind { dtype = .known(ElementType(impliedKind)) }
        if bigEndian, case .known(var type) = dtype {
            type.isBigEndian = true
            dtype = .known(type)
        }
        if shape == nil, let height, let width {
            let channels =
                if case .channels(let count, _) = layout.color { count } else { channels }
            extents = Extents(rows: height, columns: width, channels: channels)
        }
    }

    /// Whether it says how large its images are.
    var hasExtents: Bool { shape != nil || height != nil && width != nil }

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
            } else {
                noteRare(key, value, contents, text)
            }
        case UInt8(ascii: "s"):
            if text.matches(key, "shape") {
                shape = value
                extents = Extents(value, text)
            } else if text.matches(key, "source") {
                source = contents
            } else if text.matches(key, "seq") {
                sequence = number(value, text) ?? sequence
            } else {
                noteRare(key, value, contents, text)
            }
        case UInt8(ascii: "m") where text.matches(key, "msg"): message = value
        case UInt8(ascii: "i") where text.matches(key, "id"): id = value
        case UInt8(ascii: "c") where text.matches(key, "compression"):
            isCompressed = !Self.falsehoods.contains { text.matches(value, $0) }
        case UInt8(ascii: "f")
        where text.matches(key, "frame") || text.matches(key, "frameIndex")
            || text.matches(key, "frame_id"):
            sequence = sequence ?? number(value, text)
            if text.matches(key, "frame") { notePicture(value, contents, text) }
        case UInt8(ascii: "e")
        where text.matches(key, "endianness") || text.matches(key, "endianess"):
            bigEndian = contents.map { text.matches($0, "big") } ?? false
        case UInt8(ascii: "i") where text.matches(key, "is_bigendian"):
            bigEndian = !Self.falsehoods.contains { text.matches(value, $0) }
        default: noteRare(key, value, contents, text)
        }
    }

    /// Keys that few headers have.
    private mutating func noteRare(
        _ key: Range<Int>, _ value: Range<Int>, _ contents: Range<Int>?, _ text: Span<UInt8>
    ) {
        let names = RareKey.byInitial[Int(text[key.lowerBound] & 31)]
        guard let found = names.first(where: { text.matches(key, $0.name) }) else { return }
        switch found.key {
        case .bits: (bits, isDepth) = (count(value, text), false)
        case .depth:
            if case .absent = bits { (bits, isDepth) = (count(value, text), true) }
        case .layout:
            if let contents { impliedKind = layout.note(contents, text) ?? impliedKind }
        case .range: if let contents { layout.noteRange(contents, text) }
        case .step: step = size(value, text)
        case .strides: strides = value
        case .height: height = size(value, text)
        case .width: width = size(value, text)
        case .channels: channels = size(value, text)
        case .picture: notePicture(value, contents, text)
        case .control:
            isControl = isControl || text.matches(value, "true") || text.matches(value, "1")
        }
    }

    /// Takes the longest text or list of those that may be the picture.
    private mutating func notePicture(
        _ value: Range<Int>, _ contents: Range<Int>?, _ text: Span<UInt8>
    ) {
        let isList = text[value.lowerBound] == UInt8(ascii: "[")
        guard let found = contents ?? (isList ? value : nil), !found.isEmpty else { return }
        if found.count > picture?.count ?? 0 { picture = found }
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

    private func size(_ value: Range<Int>, _ text: Span<UInt8>) -> Int? {
        number(value, text).flatMap { $0 < 1 << 31 ? Int($0) : nil }
    }

    private func count(_ value: Range<Int>, _ text: Span<UInt8>) -> Named<Int> {
        size(value, text).map { .known($0) } ?? .unknown
    }
}
