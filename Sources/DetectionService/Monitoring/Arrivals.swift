import Frames
import Platform

/// How long sources have been silent, by a clock that nobody sets.
///
/// A value that is told, now and then, when the last message of each source came by the wall clock, which
/// only serves to see that another one has come: that clock may have been set in between.
struct Arrivals {
    private var last: [SourceIndex: (received: UnixTime, seen: ContinuousClock.Instant)] = [:]

    /// Notes when the last message of a source came.
    mutating func note(_ source: SourceIndex, _ received: UnixTime, at now: ContinuousClock.Instant)
    {
        if let known = last[source], known.received == received { return }
        last[source] = (received, now)
    }

    /// For how long a source has been silent, as far as was noted.
    func silence(of source: SourceIndex, at now: ContinuousClock.Instant) -> Duration {
        last[source].map { now - $0.seen } ?? .zero
    }
}
