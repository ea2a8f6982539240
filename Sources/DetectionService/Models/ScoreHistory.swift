import Detection
import Frames
import Platform
import VAE

/// The scores seen lately, and those being gathered for a new calibration.
///
/// Never mixes scores of two models: what an older edition scored is left out once another model
/// serves.
struct ScoreHistory: Sendable {
    /// The scores of one frame, and whose it was.
    struct Entry: Sendable {
        let source: Source
        let scores: Scores
    }

    private let limit: Int
    /// A ring once it is full; sources by their places, to which others are only ever added.
    private var ring: (sources: [SourceIndex], scores: ScoreTable) = ([], ScoreTable())
    private var next = 0
    private var sources: [Source] = []
    /// The first edition whose scores count.
    private var since = EditionNumber.none
    private(set) var collection: Gathering?
    /// How the last gathering ended, if its holder has not done it.
    private(set) var ending: String?

    /// Room for the scores of so many frames.
    init(limit: Int) { self.limit = limit }

    /// Takes note of a verdict on a frame of one of `sources`, unless it was rejected or another model
    /// scored it.
    mutating func note(_ verdict: Verdict, of sources: [Source]) {
        guard verdict.decision != nil, verdict.version.edition >= since else { return }
        let place = verdict.frame.source
        if self.sources.count < sources.count || self.sources[place] !== sources[place] {
            self.sources = sources
        }
        if ring.sources.count < limit {
            ring.sources.append(verdict.frame.source)
            ring.scores.append(verdict.scores)
            // Growing by doubles would leave up to as much again unused.
            if ring.sources.count == 1 {
                ring.sources.reserveCapacity(limit)
                ring.scores.reserveCapacity(limit)
            }
        } else {
            ring.sources[next] = verdict.frame.source
            ring.scores.replace(at: next, by: verdict.scores)
            next = (next + 1) % limit
        }
        if collection?.wants(sources[verdict.frame.source]) == true {
            collection?.append(verdict.scores)
        }
    }

    /// The last frames that were scored, in no special order.
    var entries: [Entry] {
        zip(ring.sources, ring.scores).map { Entry(source: sources[$0], scores: $1) }
    }

    /// Begins to gather the scores of the next `count` frames; false if others are being gathered.
    mutating func startCollecting(
        _ count: Int, source: String?, _ lease: Gathering.Lease = .unspoken,
        at now: Gathering.Moment = .now
    ) -> Bool {
        expire(at: now)
        guard collection == nil else { return false }
        collection = Gathering(count, of: source, lease, at: now)
        ending = nil
        return true
    }

    /// The holder of the gathering of this ticket is still there; false if that has ended.
    ///
    /// Without a ticket it is whoever gathers without one.
    mutating func renew(_ ticket: String?, at now: Gathering.Moment) -> Bool {
        expire(at: now)
        guard let lease = collection?.lease,
            lease.isExplicit ? ticket == collection?.ticket : true
        else { return false }
        collection?.renew(at: now)
        return true
    }

    /// Ends a gathering whose holder has not been heard of for too long.
    mutating func expire(at now: Gathering.Moment) {
        guard let collection, collection.secondsLeft(at: now) == 0 else { return }
        stopCollecting(
            because: "the gathering has ended, for nobody asked for it for "
                + "\(collection.lease.seconds) s")
    }

    /// Ends gathering; `reason` is for its holder, where somebody else ends it.
    mutating func stopCollecting(because reason: String? = nil) {
        collection = nil
        ending = reason
    }

    /// Forgets all scores, for from this edition on another model serves; gathering
    /// starts over.
    mutating func restart(from edition: EditionNumber) {
        ring.sources.removeAll(keepingCapacity: true)
        ring.scores.removeAll()
        collection?.restart()
        next = 0
        since = edition
    }
}
