import Glibc

/// Bounds that keep false alarms at or below α with a stated confidence over which images happened to be
/// calibrated with.
///
/// The upper bound is the k-th largest calibration score, and what is strictly above it is anomalous, so that
/// ties err on the safe side; the lower one likewise from below. With s sides, 1 or 2, k is the largest with
/// P(Beta(sk, n + 1 − sk) ≤ α) ≥ 1 − δ (`BetaLaw`). It
/// holds for images that are exchangeable with those of the calibration: not for consecutive frames of a
/// film, and not after the camera has changed.
public struct Certificate: Sendable, Equatable {
    /// Calibration images.
    public let n: Int
    /// The share of false alarms that is not exceeded.
    public let alpha: Double
    /// The confidence, 1 − δ.
    public let confidence: Double
    /// On which sides anomalies are looked for.
    public let tails: DecisionRule.Tails
    /// k: which of the calibration scores, counted from the end, is the bound.
    public let rank: Int

    /// The certificate that `n` images can give; throws how many it would take if they are too few, and
    /// what is allowed if α or the confidence is no share.
    public init(
        n: Int, alpha: Double, confidence: Double, tails: DecisionRule.Tails = .high
    ) throws(CalibrationError) {
        guard alpha > 0, alpha < 1 else {
            throw .unusable("α is \(alpha); a share of false alarms lies between 0 and 1")
        }
        guard confidence > 0, confidence < 1 else {
            throw .unusable("the confidence is \(confidence); it lies between 0 and 1")
        }
        let needed = Self.images(alpha: alpha, confidence: confidence, tails: tails)
        guard n >= needed else {
            throw .unusable(
                "\(n) images cannot promise at most \(Self.percent(alpha)) false alarms with "
                    + "\(Self.percent(confidence)) confidence; it takes \(needed)")
        }
        // The probability falls with k, and 1 is possible.
        var (low, high) = (1, n / tails.count + 1)
        while high - low > 1 {
            let middle = (low + high) / 2
            let isKept =
                Self.isKept(alpha, confidence, rank: middle * tails.count, of: n)
            if isKept { low = middle } else { high = middle }
        }
        (self.n, self.alpha, self.confidence, self.tails) = (n, alpha, confidence, tails)
        rank = low
    }

    private static func isKept(
        _ alpha: Double, _ confidence: Double, rank: Int, of n: Int
    ) -> Bool {
        BetaLaw(rank: rank, of: n).probability(atMost: alpha) >= confidence
    }

    /// The fewest images with which there is a certificate: for one side (1 − α)ⁿ ≤ δ.
    public static func images(
        alpha: Double, confidence: Double, tails: DecisionRule.Tails = .high
    ) -> Int {
        let images = log1p(-confidence) / log1p(-alpha)
        // Two sides take about half as many again, and never thrice as many.
        guard tails == .both, images < 1e15 else {
            return Int(clamping: Int64(min(images, 9e18).rounded(.up)))
        }
        var (low, high) = (1, max(2, 8 * Int(images.rounded(.up))))
        while high - low > 1 {
            let middle = (low + high) / 2
            if isKept(alpha, confidence, rank: 2, of: middle) {
                high = middle
            } else {
                low = middle
            }
        }
        return high
    }

    /// False alarms that are to be expected: sk / (n + 1).
    public var expected: Double { BetaLaw(rank: tails.count * rank, of: n).mean }

    private static func percent(_ share: Double) -> String {
        let tenths = (share * 10_000).rounded() / 100
        return tenths == tenths.rounded() ? "\(Int(tenths)) %" : "\(tenths) %"
    }
}
