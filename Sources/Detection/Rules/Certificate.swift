import Glibc

/// Bounds that keep false alarms at or below α with a stated confidence over which images happened to be
/// calibrated with.
///
/// What is strictly beyond the k-th most extreme of n calibration scores is anomalous, so that ties err on the safe
/// side; each side, each score and each check of health has a k of its own, and K, their sum, is at most the largest
/// with P(Beta(K, n + 1 − K) ≤ α) ≥ 1 − δ (`BetaLaw`, `HealthPlan`). It holds for images that are exchangeable with
/// those of the calibration: not for consecutive frames of a film, and not after the camera has changed.
public struct Certificate: Sendable, Equatable {
    /// Calibration images.
    public let n: Int
    /// The share of false alarms that is not exceeded.
    public let alpha: Double
    /// The confidence, 1 − δ.
    public let confidence: Double
    /// K: how many of the calibration's images may lie beyond all bounds together.
    public let ranks: Int

    /// The certificate that `n` images can give to bounds with `parts` sides in all; throws how many it would take
    /// if they are too few, and what is allowed if α or the confidence is no share.
    public init(
        n: Int, alpha: Double, confidence: Double, parts: Int = 1
    ) throws(CalibrationError) {
        guard alpha > 0, alpha < 1 else {
            throw .unusable("α is \(alpha); a share of false alarms lies between 0 and 1")
        }
        guard confidence > 0, confidence < 1 else {
            throw .unusable("the confidence is \(confidence); it lies between 0 and 1")
        }
        let needed = Self.images(alpha: alpha, confidence: confidence, parts: parts)
        guard n >= needed else {
            throw .unusable(
                "\(n) images cannot promise at most \(Self.percent(alpha)) false alarms with "
                    + "\(Self.percent(confidence)) confidence; it takes \(needed)")
        }
        // The probability falls with K, and as many as there are parts are possible.
        var (low, high) = (parts, n + 1)
        while high - low > 1 {
            let middle = (low + high) / 2
            if Self.isKept(alpha, confidence, ranks: middle, of: n) {
                low = middle
            } else {
                high = middle
            }
        }
        (self.n, self.alpha, self.confidence) = (n, alpha, confidence)
        ranks = low
    }

    private static func isKept(
        _ alpha: Double, _ confidence: Double, ranks: Int, of n: Int
    ) -> Bool {
        n >= ranks && BetaLaw(rank: ranks, of: n).probability(atMost: alpha) >= confidence
    }

    /// The fewest images with which there is a certificate: for one part (1 − α)ⁿ ≤ δ.
    public static func images(alpha: Double, confidence: Double, parts: Int = 1) -> Int {
        let images = log1p(-confidence) / log1p(-alpha)
        guard parts > 1, images < 1e15 else {
            return Int(clamping: Int64(min(images, 9e18).rounded(.up)))
        }
        var (low, high) = (1, max(2, Int(images.rounded(.up))))
        while !isKept(alpha, confidence, ranks: parts, of: high) { (low, high) = (high, 2 * high) }
        while high - low > 1 {
            let middle = (low + high) / 2
            if isKept(alpha, confidence, ranks: parts, of: middle) {
                high = middle
            } else {
                low = middle
            }
        }
        return high
    }

    private static func percent(_ share: Double) -> String {
        let tenths = (share * 10_000).rounded() / 100
        return tenths == tenths.rounded() ? "\(Int(tenths)) %" : "\(tenths) %"
    }
}
