import Frames

/// Messages of one batch on their way out: written while the batch is judged, finished and sent when
/// its turn has come.
///
/// Uses the same memory again and again.
struct Outbox {
    /// All lines, one after the other; `range(_:)` says where each is.
    private(set) var bytes: [UInt8] = []
    private var entries: [Entry] = []
    /// Where copies of lines go, by their indices; few senders wait for any.
    private(set) var replies: [(index: Int, reply: ReplyAddress)] = []

    private struct Entry {
        /// The place of its source.
        let source: SourceIndex
        let kind: Kind
        let start: Int
        var end: Int
    }

    /// Which of its source's topics a message goes out under.
    enum Kind { case normal, anomaly, error }

    /// Bytes kept free behind each line for its end, `,"pub_seq":18446744073709551615}`.
    private static let slack = 32

    /// Room for the messages of a batch of `capacity`.
    init(capacity: Int) {
        bytes.reserveCapacity(capacity * 1024)
        entries.reserveCapacity(capacity)
    }

    /// How many messages it holds.
    var count: Int { entries.count }

    /// Adds a line that lacks its end.
    mutating func append(
        _ line: [UInt8], _ kind: Kind, of source: SourceIndex, reply: ReplyAddress?
    ) {
        let start = bytes.count
        bytes += line
        if let reply { replies.append((entries.count, reply)) }
        entries.append(Entry(source: source, kind: kind, start: start, end: bytes.count))
        bytes.append(contentsOf: repeatElement(0, count: Self.slack))
    }

    /// Gives a line its end.
    mutating func finish(_ index: Int, publication: UInt64) {
        var end = entries[index].end
        for byte in Self.tail { (bytes[end], end) = (byte, end + 1) }
        var power: UInt64 = 1
        while publication / power >= 10 { power *= 10 }
        while power > 0 {
            (bytes[end], end) = (UInt8(ascii: "0") + UInt8(publication / power % 10), end + 1)
            power /= 10
        }
        bytes[end] = UInt8(ascii: "}")
        entries[index].end = end + 1
    }

    private static let tail = Array(",\"pub_seq\":".utf8)

    /// The topic of a message, given all sources.
    func topic(_ index: Int, _ sources: [Source]) -> [UInt8] {
        let source = sources[entries[index].source]
        return switch entries[index].kind {
        case .normal: source.normalTopic
        case .anomaly: source.anomalyTopic
        case .error: source.errorTopic
        }
    }

    /// Where in `bytes` a line is.
    func range(_ index: Int) -> Range<Int> { entries[index].start..<entries[index].end }

    /// Forgets all messages.
    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        entries.removeAll(keepingCapacity: true)
        replies.removeAll(keepingCapacity: true)
    }
}
