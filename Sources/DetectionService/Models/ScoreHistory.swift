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

    /// Scores being gathered for a new calibration.
    struct Collection: Sendable {
        /// Only frames of this source count, if it is set.
        let source: String?
        let wanted: Int
        var scores: [Scores] = []

        /// Whether the scores of a frame of `sender` count.
        func wants(_ sender: Source) -> Bool {
            !isComplete && (source == nil || source == sender.name)
        }

        /// Whether all are there.
        var isComplete: Bool { scores.count >= wanted }
    }

    private let limit: Int
    /// A ring once it is full; sources by their places, to which others are only ever added.
    private var ring: [(source: SourceIndex, scores: Scores)] = []
    private var next = 0
    private var sources: [Source] = []
    /// The first edition whose scores count.
    private var since = EditionNumber.none
    private(set) var collection: Collection?

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
        let entry = (source: verdict.frame.source, scores: verdict.scores)
        if ring.count < limit {
            ring.append(entry)
        } else {
            ring[next] = entry
            next = (next + 1) % limit
        }
        if collection?.wants(sources[verdict.frame.source]) == true {
            collection?.scores.append(verdict.scores)
        }
    }

    /// The last frames that were scored, in no special order.
    var entries: [Entry] { ring.map { Entry(source: sources[$0.source], scores: $0.scores) } }

    /// Begins to gather the scores of the next `count` frames; false if others are being gathered.
    mutating func startCollecting(_ count: Int, source: String?) -> Bool {
        guard collection == nil else { return false }
        collection = Collection(source: source, wanted: count)
        return true
    }

    /// Ends gathering.
    mutating func stopCollecting() { collection = nil }

    /// Forgets all scores, for from this edition on another model serves; gathering
    /// starts over.
    mutating func restart(from edition: EditionNumber) {
        ring.removeAll(keepingCapacity: true)
        collection?.scores.removeAll(keepingCapacity: true)
        next = 0
        since = edition
    }
}
