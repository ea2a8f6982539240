/// One sender of images, as verdicts name it; its topics are spelt out once.
public final class Source: Sendable {
    /// Its name as given.
    public let name: String
    /// Its place among the sources of one daemon, counted from 0 as they are first seen.
    public let index: Int
    /// The name as the inside of a JSON string.
    public let escapedName: [UInt8]
    /// `anomaly/<name>/`, `normal/<name>/` and `error/<name>/`; the name ends with a slash because
    /// subscriptions match prefixes and `cam-1` would match `cam-10`.
    public let anomalyTopic: [UInt8]
    /// See `anomalyTopic`.
    public let normalTopic: [UInt8]
    /// See `anomalyTopic`.
    public let errorTopic: [UInt8]

    /// Names longer than this are cut.
    static let nameLimit = 128

    /// A source of this name.
    public init(_ name: String, index: Int = 0) {
        self.name = name
        self.index = index
        escapedName = jsonEscaped(name)
        let topicName = percentEncoded(name)
        anomalyTopic = Array("anomaly/\(topicName)/".utf8)
        normalTopic = Array("normal/\(topicName)/".utf8)
        errorTopic = Array("error/\(topicName)/".utf8)
    }
}

/// The sources seen so far, found by the bytes of their names without building a string.
///
/// At most `limit` are told apart, so that a sender inventing names cannot fill the memory; frames of
/// the rest are attributed to one source called `other`.
public struct SourceTable {
    private var entries: [Entry] = []
    private var byHash: [UInt64: Int] = [:]
    private var last = 0
    private let limit: Int

    /// What is remembered about one source between its frames.
    struct Entry {
        let source: Source
        let key: [UInt8]
        /// The number of its next frame, if it does not number them itself.
        var next: UInt64 = 0
    }

    /// An empty table.
    public init(limit: Int = 4096) {
        self.limit = limit
    }

    subscript(index: Int) -> Entry {
        get { entries[index] }
        _modify { yield &entries[index] }
    }

    /// The index of the source with the name in `range` of `text`, entering it if it is new.
    mutating func index(of range: Range<Int>, in text: Span<UInt8>) -> Int {
        let name = range.clamped(to: range.lowerBound..<(range.lowerBound + Source.nameLimit))
        if last < entries.count, isKey(entries[last].key, name, text) { return last }
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325  // FNV-1a
        for index in name { hash = (hash ^ UInt64(text[index])) &* 0x100_0000_01B3 }
        // Two names of one hash share the entry of the first; 64 bits make that a curiosity.
        if let found = byHash[hash] {
            last = found
            return found
        }
        guard entries.count < limit else { return enter(Array("other".utf8), hash: 0) }
        return enter(name.map { text[$0] }, hash: hash)
    }

    private func isKey(_ key: [UInt8], _ range: Range<Int>, _ text: Span<UInt8>) -> Bool {
        guard key.count == range.count else { return false }
        for (index, byte) in zip(range, key) where text[index] != byte { return false }
        return true
    }

    private mutating func enter(_ key: [UInt8], hash: UInt64) -> Int {
        if let found = byHash[hash] { return found }
        let source = Source(String(decoding: key, as: UTF8.self), index: entries.count)
        entries.append(Entry(source: source, key: key))
        byHash[hash] = entries.count - 1
        last = entries.count - 1
        return last
    }
}
