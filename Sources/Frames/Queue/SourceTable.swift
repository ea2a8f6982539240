/// The sources seen so far, found by the bytes of their names without building a string.
///
/// At most `limit` are told apart, so that a sender inventing names cannot fill the memory; frames of
/// the rest are attributed to one source called `other`.
public struct SourceTable {
    private var entries: [Entry] = []
    /// Sources by the hash of their key, or the next free number after it where hashes collide.
    private var byHash: [UInt64: SourceIndex] = [:]
    /// The source found last, which the next frame is most likely from.
    private var last = SourceIndex(0)
    /// The source that all beyond the limit are.
    private var other: SourceIndex?
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

    subscript(index: SourceIndex) -> Entry {
        get { entries[index.value] }
        _modify { yield &entries[index.value] }
    }

    /// The index of the source with the name in `range` of `text`, entering it if it is new.
    mutating func index(of range: Range<Int>, in text: Span<UInt8>) -> SourceIndex {
        let name = range.clamped(to: range.lowerBound..<(range.lowerBound + Source.nameLimit))
        if last.value < entries.count, isKey(self[last].key, name, text) { return last }
        var hash = FNV1a()
        for index in name { hash.combine(text[index]) }
        // Hashes of two names may be the same, by chance or on purpose; the key decides.
        var slot = hash.value
        while let found = byHash[slot] {
            if isKey(self[found].key, name, text) {
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

    private mutating func enter(_ key: [UInt8]) -> SourceIndex {
        let index = SourceIndex(entries.count)
        let source = Source(String(decoding: key, as: UTF8.self), index: index)
        entries.append(Entry(source: source, key: key))
        return index
    }
}
