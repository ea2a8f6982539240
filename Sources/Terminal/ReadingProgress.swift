import Glibc
import Platform
import Synchronization

/// Shows on a terminal how far something has got, such as the reading of files; shows nothing anywhere else,
/// and nothing of what is done in half a second.
public final class ReadingProgress: Sendable {
    private let start = ContinuousClock.now
    private let isTerminal = isatty(2) == 1
    private let shown = Mutex<ContinuousClock.Instant?>(nil)

    private let action: String

    /// Nothing done yet; `action` says of what, as `reading file` 3 of 12.
    public init(_ action: String = "reading file") { self.action = action }

    /// Rewrites the line, at most five times a second.
    public func show(_ done: Int, of all: Int) {
        let now = ContinuousClock.now
        guard isTerminal, now - start > .milliseconds(500) else { return }
        shown.withLock { shown in
            if let shown, now - shown < .milliseconds(200) { return }
            shown = now
            note("\r\u{1B}[K\(action) \(done) of \(all)")
        }
    }

    /// Takes the line away.
    public func end() {
        shown.withLock { if $0 != nil { note("\r\u{1B}[K") } }
    }
}
