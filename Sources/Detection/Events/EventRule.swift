/// When anomalous frames of one source make an event: k of the last m.
///
/// A camera that shakes once is no reason to get up; the same anomaly in most frames of a second is. Nothing is promised
/// about how often k of m normal frames are anomalous, for consecutive frames are not independent: `elbo evaluate
/// --event` measures it.
public struct EventRule: Sendable, Hashable, CustomStringConvertible {
    /// k, from 1 to m.
    public let count: Int
    /// m, from 1 to 64.
    public let window: Int

    /// The longest window there can be.
    public static let longest = 64

    /// k of m; nil if that is none of 1 to m, and m of 1 to 64.
    public init?(_ count: Int, of window: Int) {
        guard (1...Self.longest).contains(window), (1...window).contains(count) else { return nil }
        (self.count, self.window) = (count, window)
    }

    /// Reads `5/10`; nil for anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 2, let count = parts[0], let window = parts[1] else { return nil }
        self.init(count, of: window)
    }

    /// As in `5/10`.
    public var description: String { "\(count)/\(window)" }
}
