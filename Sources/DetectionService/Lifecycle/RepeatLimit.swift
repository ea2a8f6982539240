/// Keeps messages of one kind from filling the log: so many in a window of time are written, and the rest
/// is counted.
///
/// A value that is told the time; whoever may connect can cause warnings about it as fast as it likes.
struct RepeatLimit {
    /// What became of a message.
    enum Outcome: Equatable {
        /// To be written; so many like it were withheld before and nobody was told yet.
        case written(withheld: Int)
        case withheld
    }

    private struct Window {
        var start: ContinuousClock.Instant
        var written = 0
        var withheld = 0
    }

    private let limit: Int
    private let length: Duration
    private var windows: [String: Window] = [:]

    /// The most kinds that are told apart: messages that hold what a peer says may all be different.
    private static let kinds = 64

    /// Lets `limit` messages of a kind pass in a window of `length`.
    init(limit: Int, length: Duration) {
        self.limit = limit
        self.length = length
    }

    /// Decides about a message of a kind.
    mutating func note(_ kind: String, at now: ContinuousClock.Instant) -> Outcome {
        let kind = windows[kind] != nil || windows.count < Self.kinds ? kind : ""
        var window = windows[kind] ?? Window(start: now)
        defer { windows[kind] = window }
        var withheld = 0
        if now - window.start >= length {
            withheld = window.withheld
            window = Window(start: now)
        }
        guard window.written < limit else {
            window.withheld += 1
            return .withheld
        }
        window.written += 1
        return .written(withheld: withheld)
    }

    /// The kinds of which messages were withheld in windows that have ended, and how many; all windows
    /// count as ended where `isLast`.
    mutating func takeWithheld(
        at now: ContinuousClock.Instant, isLast: Bool = false
    ) -> [(kind: String, count: Int)] {
        let ended = windows.filter { isLast || now - $0.value.start >= length }
        for kind in ended.keys { windows[kind] = nil }
        return ended.filter { $0.value.withheld > 0 }.map { ($0.key, $0.value.withheld) }
            .sorted { $0.kind < $1.kind }
    }
}
