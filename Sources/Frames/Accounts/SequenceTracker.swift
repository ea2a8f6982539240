/// Tells from a sender's own numbers which of its messages did not arrive, arrived twice or out of
/// order, and when the sender started again.
///
/// Of the last 4,096 numbers it is known which have arrived, and of a million the long runs that have
/// not: what a sender's broken connection still holds arrives behind what its next one brings. A
/// number further back that is in none of these, or far below the first, or the first again, means
/// that the sender has restarted.
public struct SequenceTracker: Sendable, Equatable {
    /// Numbers that were passed over and have not arrived since.
    public private(set) var missed: UInt64 = 0
    /// Messages whose number had arrived before.
    public private(set) var duplicates: UInt64 = 0
    /// Messages that arrived after a higher number.
    public private(set) var reordered: UInt64 = 0
    /// Times the sender started again.
    public private(set) var restarts: UInt64 = 0

    private var first: UInt64?
    private var highest: UInt64 = 0
    /// Whether each of the last numbers has arrived: bit `number % window`; empty until it is needed.
    private var arrived: [UInt64] = []

    /// Long runs of numbers that were passed over, in ascending order, without those that have arrived.
    private var gaps: [Range<UInt64>] = []

    /// Numbers that are remembered one by one.
    ///
    /// With more of them, a sender that really starts again would go unnoticed for longer.
    private static let window: UInt64 = 4096
    /// How far back a run of passed-over numbers is remembered.
    ///
    /// The kernel and libzmq hold what a killed sender had sent, 32 MB and a thousand messages and
    /// more, and it is read in between what the sender's successor sends.
    private static let reach: UInt64 = 1 << 20
    /// The shortest run that is remembered as one, and how many are.
    private static let (shortestGap, gapLimit): (UInt64, Int) = (64, 32)
    /// How far below the first number a message may be that was overtaken by it.
    ///
    /// As many as are read from one socket before the next has its turn. A sender that starts again after fewer messages
    /// than that, below its first number, is taken for one whose messages are out of order.
    private static let slack: UInt64 = 64

    /// Nothing has arrived.
    public init() {}

    /// Takes note of a message numbered `number`.
    public mutating func note(_ number: UInt64) {
        guard let first else { return begin(number) }
        if number > highest {
            missed &+= number - highest - 1
            noteGap(before: number)
            advance(to: number)
            return mark(number)
        }
        let isInWindow = highest - number < Self.window
        let wasInGap = !gaps.isEmpty && fill(number)
        if wasInGap, !isInWindow {
            reordered += 1
            missed -= min(missed, 1)
            return
        }
        let isKnown = isInWindow && isMarked(number)
        // Most senders count from the same number whenever they start. So the first one again, after
        // others, is a restart, which happens every day, and not a duplicate of just this message;
        // one that follows itself is a duplicate, as a sender that repeats a message sends it.
        let isFirstAgain = isKnown && number == first && number < highest
        if !isInWindow || number < first && first - number > Self.slack || isFirstAgain {
            restarts += 1
            begin(number)
        } else if isKnown {
            duplicates += 1
        } else {
            reordered += 1
            // Below the first nothing had been missed yet.
            if number > first { missed -= min(missed, 1) }
            mark(number)
        }
    }

    private mutating func begin(_ number: UInt64) {
        (first, highest) = (number, number)
        gaps.removeAll(keepingCapacity: true)
        arrived = Array(repeating: 0, count: Int(Self.window / 64))
        mark(number)
    }

    /// Makes `number` the highest, and forgets the marks of the numbers whose places are used again.
    private mutating func advance(to number: UInt64) {
        if number - highest >= Self.window {
            for index in arrived.indices { arrived[index] = 0 }
        } else {
            var passed = highest
            while passed < number {
                passed += 1
                arrived[Int(passed % Self.window / 64)] &= ~(1 << (passed % 64))
            }
        }
        highest = number
    }

    /// Remembers the numbers between the highest and `number` if they are many.
    private mutating func noteGap(before number: UInt64) {
        guard number - highest > Self.shortestGap else { return }
        gaps.removeAll { number - $0.upperBound >= Self.reach }
        if gaps.count == Self.gapLimit { gaps.removeFirst() }
        gaps.append((number - min(number - highest - 1, Self.reach))..<number)
    }

    /// Takes a number out of the run that it is in; whether it is in one.
    private mutating func fill(_ number: UInt64) -> Bool {
        guard highest - number < Self.reach,
            let index = gaps.firstIndex(where: { $0.contains(number) })
        else { return false }
        let gap = gaps[index]
        // Most arrive in order, so that the run just shrinks.
        switch (gap.lowerBound == number, gap.upperBound == number + 1) {
        case (true, true): gaps.remove(at: index)
        case (true, false): gaps[index] = (number + 1)..<gap.upperBound
        case (false, true): gaps[index] = gap.lowerBound..<number
        case (false, false):
            gaps[index] = gap.lowerBound..<number
            if gaps.count < Self.gapLimit {
                gaps.insert((number + 1)..<gap.upperBound, at: index + 1)
            }
        }
        return true
    }

    /// Adds what the numbers of another sender tell.
    mutating func add(_ other: SequenceTracker) {
        missed &+= other.missed
        duplicates &+= other.duplicates
        reordered &+= other.reordered
        restarts &+= other.restarts
    }

    private mutating func mark(_ number: UInt64) {
        arrived[Int(number % Self.window / 64)] |= 1 << (number % 64)
    }

    private func isMarked(_ number: UInt64) -> Bool {
        arrived[Int(number % Self.window / 64)] & 1 << (number % 64) != 0
    }
}
