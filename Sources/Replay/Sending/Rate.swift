/// How fast frames are sent, as `--rate` takes it: a number a second, or `max`.
public enum Rate: Equatable, Sendable {
    /// As fast as verdicts come back: a new frame leaves when an old one is answered.
    case unlimited
    /// On schedule, whether verdicts come back or not.
    case perSecond(Double)

    /// Reads `max` or a number above 0 and at most a billion; nil for anything else.
    public init?(_ text: String) {
        if text == "max" {
            self = .unlimited
        } else if let number = Double(text), number > 0, number <= 1e9 {
            self = .perSecond(number)
        } else {
            return nil
        }
    }

    /// When frame `sequence` is due, in nanoseconds after the start; nil if it is due at once.
    ///
    /// Computed from the frame's number and never from the frame before, so that nothing adds up.
    public func dueNanoseconds(_ sequence: Int) -> UInt64? {
        switch self {
        case .unlimited: nil
        case .perSecond(let rate): UInt64(Double(sequence) / rate * 1e9)
        }
    }
}
