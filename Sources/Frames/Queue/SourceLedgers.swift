import Platform

/// The sources seen, and a ledger for each.
struct SourceLedgers: Sendable {
    /// In the order in which they were first seen.
    private(set) var sources: [Source] = []
    /// By the places of `sources`.
    private(set) var ledgers: [FrameLedger] = []

    /// The ledger of the source with this place, which has been entered.
    subscript(source: SourceIndex) -> FrameLedger {
        get { ledgers[source.value] }
        _modify { yield &ledgers[source.value] }
    }

    /// Opens a ledger for a source if it has none; whether it had none.
    ///
    /// Places are given in the order in which sources are met, so each is the next one or known.
    mutating func enter(_ source: Source) -> Bool {
        guard source.index.value >= ledgers.count else { return false }
        precondition(source.index.value == ledgers.count, "a source was met and not entered")
        sources.append(source)
        ledgers.append(FrameLedger())
        return true
    }

    /// Books the arrival of a message with so many images, with the number its sender gave it; one that
    /// cannot be read counts as an image.
    mutating func noteArrival(
        of source: SourceIndex, images: Int, at time: UnixTime, number: UInt64?
    ) {
        self[source].received += images
        noteMessage(of: source, at: time, number: number)
    }

    /// Notes when a message came and which number it had.
    mutating func noteMessage(of source: SourceIndex, at time: UnixTime, number: UInt64?) {
        self[source].lastReceived = time
        if let number { self[source].sequenceTracker.note(number) }
    }

    /// Books images that were dropped, to be reported by the next verdict of their source.
    mutating func noteDrop(of source: SourceIndex, images: Int) {
        self[source].dropped += images
        self[source].unreported += UInt64(images)
    }

    /// Books that a waiting frame is being scored; how many were dropped before it and are unreported.
    mutating func noteClaim(of source: SourceIndex) -> UInt64 {
        self[source].waiting -= 1
        self[source].scoring += 1
        defer { self[source].unreported = 0 }
        return self[source].unreported
    }

    /// The sum of all ledgers.
    var total: FrameLedger { ledgers.reduce(into: FrameLedger()) { $0.add($1) } }
}
