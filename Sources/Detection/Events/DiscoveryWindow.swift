/// Anomalies among the frames of a window with a bound on how many of them are false: at most a share q, in the mean.
///
/// Benjamini and Hochberg, "Controlling the false discovery rate", 1995, on conformal p-values, which share their
/// calibration and are positively dependent as that needs (Bates et al., "Testing for outliers with conformal p-values",
/// 2023). The smallest p-value of n calibration images is 1/(n + 1), so that a lone anomaly is found only if W ≤ q(n + 1).
public struct DiscoveryRule: Sendable, Hashable, CustomStringConvertible {
    /// W, frames of one source.
    public let window: Int
    /// q, the share of discoveries that may be false.
    public let rate: Double

    /// The longest window there can be; each source holds one.
    public static let longest = 10_000

    /// W frames at q; nil if W is none of 2 to 10,000 or q no share.
    public init?(window: Int, rate: Double) {
        guard (2...Self.longest).contains(window), rate > 0, rate < 1 else { return nil }
        (self.window, self.rate) = (window, rate)
    }

    /// Reads `500@0.1`; nil for anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, let window = Int(parts[0]), let rate = Double(parts[1]) else {
            return nil
        }
        self.init(window: window, rate: rate)
    }

    /// As in `500@0.1`.
    public var description: String { "\(window)@\(rate)" }

    /// Throws if nothing can ever be found with p-values from so many images, or the rule has none.
    public func check(_ drawn: DrawnRule) throws(CalibrationError) {
        guard drawn.rule.hasPValues else {
            throw .unusable(
                "false discoveries are bounded by p-values, and \(drawn.rule.title) has none; take quantile or certified"
            )
        }
        let longest = Int(rate * Double(drawn.n + 1) + 1e-9)
        guard window <= longest else {
            throw .unusable(
                "in windows of \(window) frames \(drawn.n) images cannot tell a lone anomaly at a false discovery "
                    + "rate of \(rate): the window must be at most \(longest), or the images at least "
                    + "\(Int((Double(window) / rate).rounded(.up)) - 1)")
        }
    }

    /// The places of the discoveries among p-values: the smallest k of m with p ≤ kq/m, for the largest such k.
    public func discoveries(_ pValues: [Float]) -> [Int] {
        let order = pValues.indices.sorted { pValues[$0] < pValues[$1] }
        let m = Double(pValues.count)
        let last = order.indices.last { place in
            Double(pValues[order[place]]) <= Double(place + 1) * rate / m * (1 + 1e-6)
        }
        guard let last else { return [] }
        return order[...last].sorted()
    }
}

/// The p-values of one source's frames, in their order, and what a window finds as soon as it is full.
public struct DiscoveryWindow: Sendable {
    private var pValues: [Float] = []
    private var sequences: [UInt64] = []

    /// What a full window has found.
    public struct Report: Sendable, Equatable {
        /// The source's numbers of its first and its last frame.
        public let first: UInt64
        /// See `first`.
        public let last: UInt64
        /// Frames.
        public let frames: Int
        /// The numbers of those that are anomalous.
        public let discoveries: [UInt64]
    }

    /// An empty one.
    public init() {}

    /// Takes note of the p-value of the source's next frame; what its window has found, if it is full with this.
    public mutating func note(_ p: Float, sequence: UInt64, by rule: DiscoveryRule) -> Report? {
        pValues.append(p)
        sequences.append(sequence)
        guard pValues.count >= rule.window, let first = sequences.first else { return nil }
        defer {
            pValues.removeAll(keepingCapacity: true)
            sequences.removeAll(keepingCapacity: true)
        }
        return Report(
            first: first, last: sequence, frames: pValues.count,
            discoveries: rule.discoveries(pValues).map { sequences[$0] })
    }
}
