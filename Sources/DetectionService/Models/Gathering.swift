import Frames
import VAE

/// Scores being gathered for a new calibration, which belong to whoever asked for them.
///
/// A client that goes on without saying so (a closed terminal, a lost connection) must not lock out the
/// next one: it holds a lease, which it renews, and the gathering ends with it.
struct Gathering: Sendable {
    /// A moment that nobody can set.
    typealias Moment = ContinuousClock.Instant

    /// Who gathers, and how long that is believed without a word.
    struct Lease: Sendable {
        /// For people; nil of a client that does not say.
        var holder: String?
        /// Seconds.
        var seconds: Int
        /// Whether the holder renews it by its ticket; otherwise any question for the status does.
        var isExplicit = true

        /// That of a client that knows of none.
        static let unspoken = Lease(holder: nil, seconds: 60, isExplicit: false)
    }

    /// Only frames of this source count, if it is set.
    let source: String?
    let wanted: Int
    let lease: Lease
    /// By which its holder names it.
    let ticket: String
    private(set) var scores = ScoreTable()
    /// How often another model was put into service meanwhile, so that it began anew.
    private(set) var restarts = 0
    private var renewed: Moment

    init(_ wanted: Int, of source: String?, _ lease: Lease, at now: Moment) {
        (self.wanted, self.source, self.lease, renewed) = (wanted, source, lease, now)
        ticket = String(UInt64.random(in: .min ... .max), radix: 16)
    }

    /// Whether the scores of a frame of `sender` count.
    func wants(_ sender: Source) -> Bool {
        !isComplete && (source == nil || source == sender.name)
    }

    /// Whether all are there.
    var isComplete: Bool { scores.count >= wanted }

    /// Seconds until it ends unless its lease is renewed; none are left once it has ended.
    func secondsLeft(at now: Moment) -> Int {
        let left = Duration.seconds(lease.seconds) - (now - renewed)
        return left > .zero ? Int(left.components.seconds) + 1 : 0
    }

    /// Its holder is still there.
    mutating func renew(at now: Moment) { renewed = now }

    mutating func append(_ scores: Scores) { self.scores.append(scores) }

    /// Begins anew, for another model.
    mutating func restart() {
        scores.removeAll()
        restarts += 1
    }

    /// Names it to an operator.
    var title: String {
        let frames = source.map { "frames of \($0)" } ?? "frames"
        return "\(lease.holder ?? "somebody") is gathering \(frames): \(scores.count) of \(wanted)"
    }
}

/// How far a gathering is, without its scores.
struct GatheringProgress: Sendable {
    let gathered: Int
    let wanted: Int
    let source: String?
    let holder: String?
    let ticket: String
    let secondsLeft: Int
    let restarts: Int

    init(_ gathering: Gathering, at now: Gathering.Moment) {
        (gathered, wanted, source) = (gathering.scores.count, gathering.wanted, gathering.source)
        (holder, ticket) = (gathering.lease.holder, gathering.ticket)
        (secondsLeft, restarts) = (gathering.secondsLeft(at: now), gathering.restarts)
    }
}

/// Why scores are not gathered, or not given.
enum GatheringError: Error, CustomStringConvertible {
    /// By somebody else, who is named.
    case taken(String)
    /// It has ended, for this reason if one is known.
    case over(String?)
    /// The scores are not all there.
    case incomplete

    /// One sentence an operator can act on.
    var description: String {
        switch self {
        case .taken(let who):
            "scores are being gathered already: \(who); wait, or end that with elbo recalibrate --cancel"
        case .over(let reason):
            (reason ?? "nothing is being gathered for you") + "; start again"
        case .incomplete: "the scores are not all gathered yet; ask again later"
        }
    }
}
