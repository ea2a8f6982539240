/// How the parts of a message are told apart: an optional topic, the JSON header, the pixels.
///
/// ```
/// [header][pixels]            pyzmq's array recipe, imagezmq
/// [topic][header][pixels]     a topic frame in front
/// [JSON], [topic][JSON]       the picture inside the JSON, as Base64 or a list of numbers
/// [picture], [topic][picture] a JPEG or PNG without a header
/// [header]                    a control message such as {"done": true}
/// ```
/// Further parts are ignored. The header is the first part that starts with `{`, and only the first
/// two parts are looked at for it.
public enum Envelope: Hashable, Sendable {
    /// Messages with more parts than this are refused.
    public static let partLimit = 16
    /// Topics of messages without a header and pixels are no longer than this, so that no picture is
    /// taken for one.
    private static let topicLimit = 256
    /// Control messages are no longer than this.
    private static let controlLimit = 4096

    /// Header and pixels, with or without a topic before them.
    case array(hasTopic: Bool)
    /// JSON alone, that may hold its picture, with or without a topic before it.
    case object(hasTopic: Bool)
    /// Nothing is a header: the first part is a picture or not understood.
    case picture
    /// Nothing is a header, and the second part (or the third, if `afterTwo`) is a picture or not
    /// understood; the first is the topic.
    case namedPicture(afterTwo: Bool)
    /// Pixels first, and then what may be their header: the wrong way round.
    case reversed
    /// A header alone that says what control messages say: counted, never an error.
    case control

    /// Sorts a message of `parts` parts by its first three.
    public init(
        first: Span<UInt8>, second: Span<UInt8>, third: Span<UInt8> = Span(), parts: Int
    ) {
        if Self.isHeader(first) {
            self = parts >= 2 ? .array(hasTopic: false) : Self.alone(first, hasTopic: false)
        } else if parts >= 2, Self.isHeader(second) {
            self =
                parts >= 3
                ? .array(hasTopic: true)
                : Self.isTopic(first) ? Self.alone(second, hasTopic: true) : .reversed
        } else if parts < 2 || FileKind.isPicture(first) || !Self.isTopic(first) {
            self = .picture
        } else {
            self = .namedPicture(
                afterTwo: parts >= 3 && !FileKind.isPicture(second) && FileKind.isPicture(third))
        }
    }

    private static func alone(_ header: Span<UInt8>, hasTopic: Bool) -> Envelope {
        guard header.count <= controlLimit, let read = try? FrameHeader(header), read.isControl,
            read.picture == nil
        else { return .object(hasTopic: hasTopic) }
        return .control
    }

    private static func isHeader(_ part: Span<UInt8>) -> Bool {
        part.count > 0 && part[0] == UInt8(ascii: "{")
    }

    /// Whether a part may be a name: short, and text.
    private static func isTopic(_ part: Span<UInt8>) -> Bool {
        guard part.count <= topicLimit else { return false }
        for index in part.indices where part[index] < 0x20 { return false }
        return (try? UTF8Span(validating: part)) != nil
    }
}
