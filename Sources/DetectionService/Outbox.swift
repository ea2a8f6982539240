import Detection

/// Messages of one batch on their way out: written while the batch is judged, finished and sent when
/// its turn has come.
///
/// Uses the same memory again and again.
struct Outbox {
    /// All lines, one after the other; `range(_:)` says where each is.
    private(set) var bytes: [UInt8] = []
    private var entries: [Entry] = []

    private struct Entry {
        let source: Source
        let kind: Kind
        let reply: Reply?
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
    mutating func append(_ line: [UInt8], _ kind: Kind, of source: Source, reply: Reply?) {
        let start = bytes.count
        bytes += line
        entries.append(
            Entry(source: source, kind: kind, reply: reply, start: start, end: bytes.count))
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

    /// The topic of a message.
    func topic(_ index: Int) -> [UInt8] {
        switch entries[index].kind {
        case .normal: entries[index].source.normalTopic
        case .anomaly: entries[index].source.anomalyTopic
        case .error: entries[index].source.errorTopic
        }
    }

    /// Where in `bytes` a line is.
    func range(_ index: Int) -> Range<Int> { entries[index].start..<entries[index].end }

    /// Where a copy of a line goes, if its sender waits for one.
    func reply(_ index: Int) -> Reply? { entries[index].reply }

    /// Forgets all messages.
    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        entries.removeAll(keepingCapacity: true)
    }
}
