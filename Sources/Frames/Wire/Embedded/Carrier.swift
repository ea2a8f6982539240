/// Where the pixels of a message are.
enum Carrier: Sendable {
    /// In a part of their own.
    case payload
    /// In the header, as Base64 in this range of it.
    case base64(Range<Int>)
    /// In the header, as a list of numbers in this range of it.
    case numbers(Range<Int>)

    /// Images that one header may hold: each is found by reading from the start.
    static let imageLimit = 64

    /// How numbers of a type are stored among the bytes that `pixels` returns.
    func storedType(_ type: ElementType) -> ElementType {
        if case .numbers = self { ElementType(NumberList.storedKind(type.kind)) } else { type }
    }

    /// The bytes of all images in `header`, numbers stored as `storedType` says.
    ///
    /// Throws `badEmbeddedPixels` or `outOfRange`; of a payload, it is a bug to ask.
    func pixels(in header: Span<UInt8>, as type: ElementType) throws(Rejection) -> [UInt8] {
        switch self {
        case .payload: preconditionFailure("a payload is where its message is")
        case .base64(let text):
            guard let bytes = Base64.decode(text, of: header) else { throw .badEmbeddedPixels }
            return bytes
        case .numbers(let text): return try NumberList.bytes(text, of: header, as: type.kind)
        }
    }
}

extension Span<UInt8> {
    /// The value of a member of the JSON object in `range`: a string without its escapes, or a number,
    /// true or false as written; nil if there is none, it is empty or something else.
    func member(_ key: String, of range: Range<Int>) -> [UInt8]? {
        var cursor = JSONCursor(at: range.lowerBound)
        guard cursor.take(UInt8(ascii: "{"), in: self) else { return nil }
        while let name = cursor.string(in: self), cursor.take(UInt8(ascii: ":"), in: self),
            let value = cursor.value(in: self)
        {
            if matches(name, key) { return self.name(value) }
            guard cursor.take(UInt8(ascii: ","), in: self) else { return nil }
        }
        return nil
    }

    private func name(_ value: Range<Int>) -> [UInt8]? {
        var bytes: [UInt8] = []
        switch self[value.lowerBound] {
        case UInt8(ascii: "\""):
            let contents = (value.lowerBound + 1)..<(value.upperBound - 1)
            bytes.appendUnescaped(contents, of: self, limit: contents.count)
        case UInt8(ascii: "{"), UInt8(ascii: "["): return nil
        default:
            guard !matches(value, "null") else { return nil }
            for index in value { bytes.append(self[index]) }
        }
        return bytes.isEmpty ? nil : bytes
    }
}
