/// Tells from a sender's own numbers which of its messages did not arrive, arrived twice or out of
/// order, and when the sender started again.
///
/// Of the last 64 numbers it is known which have arrived. A number further back than that, or the
/// number the run began with, means that the sender started anew.
public struct Numbering: Sendable, Equatable {
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
    /// Bit n is set if `highest − n` has arrived.
    private var arrived: UInt64 = 0

    /// Nothing has arrived.
    public init() {}

    /// Takes note of a message numbered `number`.
    public mutating func note(_ number: UInt64) {
        guard let first else { return begin(number) }
        if number > highest {
            let distance = number - highest
            missed &+= distance - 1
            arrived = distance < 64 ? arrived << distance | 1 : 1
            highest = number
            return
        }
        let back = highest - number
        let isKnown = back < 64 && arrived & (1 << back) != 0
        if back >= 64 || isKnown && number == first && back > 0 {
            restarts += 1
            begin(number)
        } else if isKnown {
            duplicates += 1
        } else if number < first {
            // The run began with a message that had overtaken this one.
            reordered += 1
            arrived |= 1 << back
        } else {
            reordered += 1
            missed -= min(missed, 1)
            arrived |= 1 << back
        }
    }

    private mutating func begin(_ number: UInt64) {
        (first, highest, arrived) = (number, number, 1)
    }
}
