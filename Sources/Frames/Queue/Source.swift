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
    /// Entries by the hash of their key, or the next free number after it where hashes collide.
    private var byHash: [UInt64: Int] = [:]
    private var last = 0
    /// The entry of all sources beyond the limit.
    private var other: Int?
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
        var hash = FNV1a()
        for index in name { hash.combine(text[index]) }
        // Hashes of two names may be the same, by chance or on purpose; the key decides.
        var slot = hash.value
        while let found = byHash[slot] {
            if isKey(entries[found].key, name, text) {
                last = found
                return found
            }
            slot &+= 1
        }
        if entries.count < limit {
            last = enter(name.map { text[$0] })
            byHash[slot] = last
            return last
        }
        if let other { return other }
        let new = enter(Array("other".utf8))
        other = new
        return new
    }

    private func isKey(_ key: [UInt8], _ range: Range<Int>, _ text: Span<UInt8>) -> Bool {
        guard key.count == range.count else { return false }
        for (index, byte) in zip(range, key) where text[index] != byte { return false }
        return true
    }

    private mutating func enter(_ key: [UInt8]) -> Int {
        let source = Source(String(decoding: key, as: UTF8.self), index: entries.count)
        entries.append(Entry(source: source, key: key))
        return entries.count - 1
    }
}
