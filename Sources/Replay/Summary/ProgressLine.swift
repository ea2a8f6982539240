import Formatting
import Glibc
import Terminal

/// Tells on standard error how a run goes: one line rewritten in place on a terminal, otherwise one
/// line a second if it takes longer than two.
public struct ProgressLine {
    private let total: Int
    private let isTerminal: Bool
    private var start: UInt64?
    private var next: UInt64 = 0
    private var last: (time: UInt64, verdicts: Int) = (0, 0)
    private var isDrawn = false

    private static let second: UInt64 = 1_000_000_000

    /// Progress towards `total` frames.
    public init(total: Int) {
        self.total = total
        isTerminal = isatty(2) == 1
    }

    /// Says how things are at a steady time, if it is time to.
    public mutating func show(_ tally: Tally, _ now: UInt64) {
        guard now >= next else { return }
        guard start != nil else {
            start = now
            last = (now, 0)
            next = now + (isTerminal ? Self.second / 10 : 2 * Self.second)
            return
        }
        let line = line(tally, now)
        // Without wrapping, a narrow terminal cuts the line instead of scrolling.
        note(isTerminal ? "\r\u{1B}[K\u{1B}[?7l\(line)\u{1B}[?7h" : line + "\n")
        isDrawn = true
        last = (now, tally.verdicts)
        next = now + (isTerminal ? Self.second / 5 : Self.second)
    }

    /// Clears the line for what is printed next.
    public func end() {
        if isTerminal, isDrawn { note("\r\u{1B}[K") }
    }

    private func line(_ tally: Tally, _ now: UInt64) -> String {
        let speed = Double(tally.verdicts - last.verdicts) / Double(now - last.time) * 1e9
        return "\(grouped(tally.sent)) of \(grouped(total)) sent  "
            + "\(grouped(tally.verdicts)) verdicts  \(grouped(Int(speed.rounded()))) images/s  "
            + "\(grouped(tally.flagged)) flagged  \(grouped(tally.outstanding)) in flight"
    }
}
