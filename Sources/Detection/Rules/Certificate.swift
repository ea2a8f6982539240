import Glibc

/// An upper bound that keeps false alarms at or below α with a stated confidence over which images
/// happened to be calibrated with.
///
/// The bound is the k-th largest calibration score, and what is strictly above it is anomalous, so that
/// ties err on the safe side. k is the largest with P(Beta(k, n + 1 − k) ≤ α) ≥ 1 − δ (`BetaLaw`). It
/// holds for images that are exchangeable with those of the calibration: not for consecutive frames of a
/// film, and not after the camera has changed.
public struct Certificate: Sendable, Equatable {
    /// Calibration images.
    public let n: Int
    /// The share of false alarms that is not exceeded.
    public let alpha: Double
    /// The confidence, 1 − δ.
    public let confidence: Double
    /// k: which of the calibration scores, counted from the largest, is the bound.
    public let rank: Int

    /// The certificate that `n` images can give; throws how many it would take if they are too few, and
    /// what is allowed if α or the confidence is no share.
    public init(
        n: Int, alpha: Double, confidence: Double
    ) throws(CalibrationError) {
        guard alpha > 0, alpha < 1 else {
            throw .unusable("α is \(alpha); a share of false alarms lies between 0 and 1")
        }
        guard confidence > 0, confidence < 1 else {
            throw .unusable("the confidence is \(confidence); it lies between 0 and 1")
        }
        let needed = Self.images(alpha: alpha, confidence: confidence)
        guard n >= needed else {
            throw .unusable(
                "\(n) images cannot promise at most \(Self.percent(alpha)) false alarms with "
                    + "\(Self.percent(confidence)) confidence; it takes \(needed)")
        }
        // The probability falls with k, and 1 is possible.
        var (low, high) = (1, n + 1)
        while high - low > 1 {
            let middle = (low + high) / 2
            let isKept =
                BetaLaw(rank: middle, of: n).probability(atMost: alpha) >= confidence
            if isKept { low = middle } else { high = middle }
        }
        (self.n, self.alpha, self.confidence, rank) = (n, alpha, confidence, low)
    }

    /// The fewest images with which there is a certificate: (1 − α)ⁿ ≤ δ.
    public static func images(alpha: Double, confidence: Double) -> Int {
        Int(clamping: Int64((log1p(-confidence) / log1p(-alpha)).rounded(.up)))
    }

    /// False alarms that are to be expected: k / (n + 1).
    public var expected: Double { BetaLaw(rank: rank, of: n).mean }

    /// The bound; anomalous is what scores strictly above it.
    public func upper(over sample: ScoreSample) -> Float {
        precondition(sample.n == n, "a certificate is for a number of images")
        return sample.sorted[n - rank]
    }

    private static func percent(_ share: Double) -> String {
        let tenths = (share * 10_000).rounded() / 100
        return tenths == tenths.rounded() ? "\(Int(tenths)) %" : "\(tenths) %"
    }
}
