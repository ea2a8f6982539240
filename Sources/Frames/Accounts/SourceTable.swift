import Platform

/// The sources seen so far, found by the bytes of their names without building a string.
///
/// At most `limit` are told apart, so that a sender inventing names cannot fill the memory; frames of
/// the rest are attributed to one source called `other`, but for those whose names are reserved. A
/// source that has been silent for long gives its place to a new one.
public struct SourceTable {
    private var entries: [Entry] = []
    /// Sources by the hash of their key, or the next free number after it where hashes collide.
    private var byHash: [UInt64: SourceIndex] = [:]
    /// The source found last, which the next frame is most likely from.
    private var last = SourceIndex(0)
    /// The source that all beyond the limit are.
    private var other: SourceIndex?
    private let limit: Int
    private let tenure: Tenure
    /// Places of silent sources, to be looked at again before they are given away.
    private var silent: [SourceIndex] = []
    /// When silent sources may be looked for again.
    private var nextSearch = UnixTime(nanoseconds: .min)
    /// Above all numbers that were counted for sources that are forgotten: one that comes back has no
    /// number twice.
    private var firstNumber: UInt64 = 0
    /// Two names of many that came once each and never again, until somebody is told.
    private(set) var fleeting: (String, String)?
    private var isFleetingTold = false
    /// Sources of one message that are forgotten already.
    private var forgottenOnce = 0
    /// A name that is too long, shortened.
    private var shortened: [UInt8] = []

    /// Which sources keep their places.
    public struct Tenure: Sendable {
        /// Whether a source of this name has a place whatever comes; from the receiving thread.
        public var isReserved: @Sendable (String) -> Bool
        /// Whether no frame of the source is in flight; from the receiving thread.
        public var isIdle: @Sendable (Source) -> Bool

        /// By default nobody has a place for ever, and nobody is forgotten.
        public init(
            isReserved: @escaping @Sendable (String) -> Bool = { _ in false },
            isIdle: @escaping @Sendable (Source) -> Bool = { _ in false }
        ) {
            (self.isReserved, self.isIdle) = (isReserved, isIdle)
        }
    }

    /// What is remembered about one source between its frames.
    struct Entry {
        var source: Source
        var key: [UInt8]
        /// The number of its next frame, if it does not number them itself.
        var next: UInt64 = 0
        /// What its integers of more than 8 bits have shown.
        var depth = PixelDepth()
        /// Messages it has sent, 255 standing for all above.
        var messages: UInt8 = 0
        /// When the last of them came.
        var latest: UnixTime
    }

    /// How long a source is silent before it is forgotten, and one of few messages.
    private static let (patience, fleetingPatience): (Int64, Int64) = (86_400, 60)
    /// Sources of no more messages than this are forgotten sooner.
    private static let few: UInt8 = 3
    /// As many sources of one message each mean that names are none.
    private static let manyFleeting = 64

    /// An empty table.
    public init(limit: Int = 4096, tenure: Tenure = Tenure()) {
        (self.limit, self.tenure) = (limit, tenure)
        shortened.reserveCapacity(Source.nameLimit)
    }

    subscript(index: SourceIndex) -> Entry {
        get { entries[index.value] }
        _modify { yield &entries[index.value] }
    }

    /// The index of the source with the name in `range` of `text`, entering it if it is new.
    mutating func index(
        of range: Range<Int>, in text: Span<UInt8>, at time: UnixTime
    ) -> SourceIndex {
        let index: SourceIndex
        if range.count > Source.nameLimit {
            shortened.removeAll(keepingCapacity: true)
            shortened.appendShortened(range, of: text, limit: Source.nameLimit)
            let name = shortened  // a span of our own property would hold all of self
            index = find(0..<name.count, name.span, time)
        } else {
            index = find(range, text, time)
        }
        if self[index].messages < .max { self[index].messages += 1 }
        self[index].latest = time
        return index
    }

    private mutating func find(
        _ name: Range<Int>, _ text: Span<UInt8>, _ time: UnixTime
    ) -> SourceIndex {
        if last.value < entries.count, isKey(self[last].key, name, text) { return last }
        // Hashes of two names may be the same, by chance or on purpose; the key decides.
        var slot = hash(name, text)
        while let found = byHash[slot] {
            if isKey(self[found].key, name, text) {
                last = found
                return found
            }
            slot &+= 1
        }
        return enter(name.map { text[$0] }, time)
    }

    private mutating func enter(_ key: [UInt8], _ time: UnixTime) -> SourceIndex {
        let name = String(decoding: key, as: UTF8.self)
        search(time)
        let place: SourceIndex
        if let vacant = takeVacancy(time) {
            place = vacant
        } else if entries.count < limit || tenure.isReserved(name) {
            place = SourceIndex(entries.count)
        } else {
            return otherSource(time)
        }
        put(Source(name, index: place), key, at: place, time)
        var slot = hash(key.indices, key.span)
        while byHash[slot] != nil { slot &+= 1 }
        byHash[slot] = place
        last = place
        return place
    }

    private mutating func otherSource(_ time: UnixTime) -> SourceIndex {
        if let other { return other }
        let place = SourceIndex(entries.count)
        put(Source("other", index: place), [], at: place, time)
        other = place
        return place
    }

    private mutating func put(
        _ source: Source, _ key: [UInt8], at place: SourceIndex, _ time: UnixTime
    ) {
        let entry = Entry(source: source, key: key, next: firstNumber, latest: time)
        if place.value == entries.count { entries.append(entry) } else { self[place] = entry }
    }

    private func hash(_ name: Range<Int>, _ text: Span<UInt8>) -> UInt64 {
        var hash = FNV1a()
        for index in name { hash.combine(text[index]) }
        return hash.value
    }

    private func isKey(_ key: [UInt8], _ range: Range<Int>, _ text: Span<UInt8>) -> Bool {
        guard key.count == range.count else { return false }
        for (index, byte) in zip(range, key) where text[index] != byte { return false }
        return true
    }
}

// MARK: Forgetting

extension SourceTable {
    /// The names that are to be reported as changing with every message, once.
    mutating func takeFleeting() -> (String, String)? {
        guard let names = fleeting else { return nil }
        fleeting = nil
        return names
    }

    /// Looks for sources that are silent, at most once a second and only when a name is new.
    private mutating func search(_ time: UnixTime) {
        guard time >= nextSearch else { return }
        nextSearch = UnixTime(nanoseconds: time.nanoseconds &+ 1_000_000_000)
        silent.removeAll(keepingCapacity: true)
        var once: [SourceIndex] = []
        for (index, entry) in entries.enumerated() where SourceIndex(index) != other {
            if isSilent(entry, time) { silent.append(SourceIndex(index)) }
            if entry.messages == 1, time.microseconds(since: entry.latest) > 10_000_000 {
                once.append(SourceIndex(index))
            }
        }
        if !isFleetingTold, once.count + forgottenOnce >= Self.manyFleeting, let first = once.first,
            let second = once.last
        {
            fleeting = (self[first].source.name, self[second].source.name)
            isFleetingTold = true
        }
    }

    private func isSilent(_ entry: Entry, _ time: UnixTime) -> Bool {
        let patience = entry.messages > Self.few ? Self.patience : Self.fleetingPatience
        return time.microseconds(since: entry.latest) > UInt64(patience) * 1_000_000
    }

    /// Forgets a silent source; its place.
    private mutating func takeVacancy(_ time: UnixTime) -> SourceIndex? {
        while let place = silent.popLast() {
            let entry = self[place]
            guard isSilent(entry, time), !tenure.isReserved(entry.source.name),
                tenure.isIdle(entry.source)
            else { continue }
            if entry.messages == 1 { forgottenOnce += 1 }
            firstNumber = max(firstNumber, entry.next)
            removeHash(of: place, entry.key)
            return place
        }
        return nil
    }

    /// Takes a key out of the table, and moves those after it that had to make way for it.
    private mutating func removeHash(of place: SourceIndex, _ key: [UInt8]) {
        var slot = hash(key.indices, key.span)
        while let found = byHash[slot], found != place { slot &+= 1 }
        byHash[slot] = nil
        slot &+= 1
        while let moved = byHash.removeValue(forKey: slot) {
            let key = self[moved].key
            var better = hash(key.indices, key.span)
            while byHash[better] != nil { better &+= 1 }
            byHash[better] = moved
            slot &+= 1
        }
    }
}

extension [UInt8] {
    /// Appends a name that is longer than `limit`: its beginning, and a hash of all of it, so that names
    /// that begin alike stay two.
    fileprivate mutating func appendShortened(
        _ range: Range<Int>, of text: Span<UInt8>, limit: Int
    ) {
        var hash = FNV1a()
        for index in range { hash.combine(text[index]) }
        for index in range.prefix(limit - 17) { append(text[index]) }
        append(UInt8(ascii: "~"))
        for shift in stride(from: 60, through: 0, by: -4) {
            append(hexDigit(UInt8(hash.value >> UInt64(shift) & 15)))
        }
    }
}
