import Platform

/// The sources seen, and a ledger for each.
struct SourceLedgers: Sendable {
    /// In the order in which they were first seen.
    private(set) var sources: [Source] = []
    /// By the places of `sources`.
    private(set) var ledgers: [FrameLedger] = []
    /// What became of the frames of sources whose places others have now.
    private(set) var forgotten = FrameLedger()

    /// The ledger of the source with this place, which has been entered.
    subscript(source: SourceIndex) -> FrameLedger {
        get { ledgers[source.value] }
        _modify { yield &ledgers[source.value] }
    }

    /// Opens a ledger for a source if it has none; whether it had none.
    ///
    /// Places are given in the order in which sources are met, so each is the next one or known. A
    /// source that is another one than was known has got the place of one that is forgotten.
    mutating func enter(_ source: Source) -> Bool {
        if source.index.value < ledgers.count {
            if sources[source.index] !== source { replace(source) }
            return false
        }
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

    /// Gives the place of another source to `source`, and keeps what became of that one's frames.
    private mutating func replace(_ source: Source) {
        var old = self[source.index]
        // Whoever forgets a source sees to it that nothing of it is in flight; what were would be
        // settled with the new one.
        var new = FrameLedger()
        (new.waiting, new.scoring, new.received) = (old.waiting, old.scoring, old.inFlight)
        old.received -= old.inFlight
        (old.waiting, old.scoring) = (0, 0)
        forgotten.add(old)
        self[source.index] = new
        sources[source.index.value] = source
    }

    /// The sum of all ledgers, those of forgotten sources included.
    var total: FrameLedger { ledgers.reduce(into: forgotten) { $0.add($1) } }
}
