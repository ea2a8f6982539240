/// How the parts of a message are told apart: an optional topic, the JSON header, the pixels.
///
/// ```
/// [header][pixels]            pyzmq's array recipe, imagezmq
/// [topic][header][pixels]     a topic frame in front
/// [header]                    a control message such as {"done": true}
/// ```
/// Further parts are ignored. The header is the first part that starts with `{`, and only the first
/// two parts are looked at.
public enum Envelope: Hashable, Sendable {
    /// Messages with more parts than this are refused.
    public static let partLimit = 16

    /// Header and pixels, with or without a topic before them.
    case array(hasTopic: Bool)
    /// A header alone: counted, never an error.
    case control
    /// Nothing here is a header.
    case noHeader
    /// A topic and a header, and no pixels.
    case noPayload

    /// Sorts a message of `parts` parts by its first one or two.
    public init(first: Span<UInt8>, second: Span<UInt8>, parts: Int) {
        if Self.isHeader(first) {
            self = parts >= 2 ? .array(hasTopic: false) : .control
        } else if parts >= 2, Self.isHeader(second) {
            self = parts >= 3 ? .array(hasTopic: true) : .noPayload
        } else {
            self = .noHeader
        }
    }

    private static func isHeader(_ part: Span<UInt8>) -> Bool {
        part.count > 0 && part[0] == UInt8(ascii: "{")
    }
}
