/// Tells from a sender's own numbers which of its messages did not arrive, arrived twice or out of
/// order, and when the sender started again.
///
/// Of the last 4,096 numbers it is known which have arrived: connections of one sender that follow
/// each other may overlap by as much. A number further back than that, or far below the first, or the
/// first again, means that the sender has restarted.
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

    /// Numbers that are remembered.
    ///
    /// A sender that connects again leaves its old connection's messages
    /// in the queues of libzmq, a thousand on each side if it does not change the high-water marks,
    /// and the new connection's are read in between: with fewer remembered they would be taken for
    /// a restart after thousands of gaps. 4,096 is twice that, and 512 bytes a source; with more, a
    /// sender that really starts again would go unnoticed for longer.
    private static let window: UInt64 = 4096
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
            advance(to: number)
            return mark(number)
        }
        let isInWindow = highest - number < Self.window
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

    private mutating func mark(_ number: UInt64) {
        arrived[Int(number % Self.window / 64)] |= 1 << (number % 64)
    }

    private func isMarked(_ number: UInt64) -> Bool {
        arrived[Int(number % Self.window / 64)] & 1 << (number % 64) != 0
    }
}
