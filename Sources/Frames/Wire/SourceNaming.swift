/// Where in a message the name of its source is.
public enum SourceNaming: Sendable, Equatable, CustomStringConvertible {
    /// The topic, or else the header's `source`, or else its `msg` if that is a string.
    case automatic
    /// The topic alone.
    case topic
    /// What the message says does not count: each endpoint is one source.
    case endpoint
    /// The header's `msg`, if that is a string.
    case message
    /// The value of this key of the header, or of the JSON that its `msg` is or contains.
    case header(key: String)

    /// Reads `auto`, `topic`, `endpoint`, `msg` or `header:KEY`; nil for anything else.
    public init?(_ text: String) {
        switch text {
        case "auto": self = .automatic
        case "topic": self = .topic
        case "endpoint": self = .endpoint
        case "msg": self = .message
        default:
            let parts = text.split(separator: ":", maxSplits: 1)
            guard parts.count == 2, parts[0] == "header", parts[1].utf8.count <= 128 else {
                return nil
            }
            self = .header(key: String(parts[1]))
        }
    }

    /// As it is written.
    public var description: String {
        switch self {
        case .automatic: "auto"
        case .topic: "topic"
        case .endpoint: "endpoint"
        case .message: "msg"
        case .header(let key): "header:\(key)"
        }
    }
}
