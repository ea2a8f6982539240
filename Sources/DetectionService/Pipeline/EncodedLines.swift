import Frames

/// The lines of one batch, each with its topic: written once, for every sink that sends text.
///
/// Uses the same memory again and again.
struct EncodedLines {
    /// All lines, one after the other; `range(_:)` says where each is.
    var bytes: [UInt8] = []
    private var entries: [Entry] = []
    /// Where copies of lines go, by their indices; few senders wait for any.
    private(set) var replies: [(index: Int, reply: ReplyAddress)] = []

    private struct Entry {
        /// The place of its source.
        let source: SourceIndex
        let kind: Kind
        /// In place of those, what is rarely published under.
        var topic: [UInt8]?
        /// What follows the line.
        var attachment: [UInt8]?
        let range: Range<Int>
    }

    /// Which of its source's topics a line goes out under.
    enum Kind { case normal, anomaly, error }

    /// Room for the lines of a batch of `capacity`.
    init(capacity: Int) {
        bytes.reserveCapacity(capacity * 1024)
        entries.reserveCapacity(capacity)
    }

    /// How many lines it holds.
    var count: Int { entries.count }

    /// Makes all that was appended to `bytes` since the last line a line of its own.
    mutating func endLine(_ kind: Kind, of source: SourceIndex, reply: ReplyAddress?) {
        if let reply { replies.append((entries.count, reply)) }
        let start = entries.last?.range.upperBound ?? 0
        entries.append(Entry(source: source, kind: kind, range: start..<bytes.count))
    }

    /// The same for one with a topic of its own, without a number of publication, and perhaps with a part that
    /// follows it.
    mutating func endLine(under topic: [UInt8], attaching attachment: [UInt8]? = nil) {
        let start = entries.last?.range.upperBound ?? 0
        entries.append(
            Entry(
                source: SourceIndex(0), kind: .normal, topic: topic, attachment: attachment,
                range: start..<bytes.count))
    }

    /// Whether a line has a number of publication.
    func isNumbered(_ index: Int) -> Bool { entries[index].topic == nil }

    /// What follows a line as a part of its own.
    func attachment(_ index: Int) -> [UInt8]? { entries[index].attachment }

    /// The topic of a line, given all sources.
    func topic(_ index: Int, _ sources: [Source]) -> [UInt8] {
        if let topic = entries[index].topic { return topic }
        let source = sources[entries[index].source]
        return switch entries[index].kind {
        case .normal: source.normalTopic
        case .anomaly: source.anomalyTopic
        case .error: source.errorTopic
        }
    }

    /// Where in `bytes` a line is.
    func range(_ index: Int) -> Range<Int> { entries[index].range }

    /// Forgets all lines.
    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        entries.removeAll(keepingCapacity: true)
        replies.removeAll(keepingCapacity: true)
    }
}
