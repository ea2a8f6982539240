/// A protocol-buffer message under construction, as far as ONNX files need it: fields are written in
/// the order in which they are appended (developers.google.com/protocol-buffers, "Encoding").
public struct ProtobufMessage {
    /// The message so far.
    public private(set) var bytes: [UInt8] = []

    /// An empty message.
    public init() {}

    /// An integer, seven bits a byte, least significant first.
    public mutating func append(_ field: Int, _ value: Int) {
        appendVarint(UInt64(field) << 3)
        appendVarint(UInt64(bitPattern: Int64(value)))
    }

    /// A length-delimited field.
    public mutating func append(_ field: Int, _ content: [UInt8]) {
        appendVarint(UInt64(field) << 3 | 2)
        appendVarint(UInt64(content.count))
        bytes += content
    }

    /// A text in UTF-8.
    public mutating func append(_ field: Int, _ text: String) { append(field, [UInt8](text.utf8)) }

    /// A message within this one.
    public mutating func append(_ field: Int, _ message: ProtobufMessage) {
        append(field, message.bytes)
    }

    /// A message within this one, built by `body`.
    public mutating func append(_ field: Int, _ body: (inout ProtobufMessage) -> Void) {
        var message = ProtobufMessage()
        body(&message)
        append(field, message)
    }

    private mutating func appendVarint(_ value: UInt64) {
        var rest = value
        while rest >= 128 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 128)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}
