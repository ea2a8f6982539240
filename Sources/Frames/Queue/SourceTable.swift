/// The sources seen so far, found by the bytes of their names without building a string.
///
/// At most `limit` are told apart, so that a sender inventing names cannot fill the memory; frames of
/// the rest are attributed to one source called `other`.
public struct SourceTable {
    private var entries: [Entry] = []
    private var byHash: [UInt64: SourceIndex] = [:]
    /// The source found last, which the next frame is most likely from.
    private var last = SourceIndex(0)
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
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325  // FNV-1a
        for index in name { hash = (hash ^ UInt64(text[index])) &* 0x100_0000_01B3 }
        // Names come from the network and FNV-1a resists nobody who looks for two names of one hash;
        // what that buys is that both are counted as the first, and any sender may use any name.
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

    private mutating func enter(_ key: [UInt8], hash: UInt64) -> SourceIndex {
        if let found = byHash[hash] { return found }
        last = SourceIndex(entries.count)
        let source = Source(String(decoding: key, as: UTF8.self), index: last)
        entries.append(Entry(source: source, key: key))
        byHash[hash] = last
        return last
    }
}
