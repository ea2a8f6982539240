import Glibc
import Tensors

/// A generalised Pareto distribution fitted to the scores beyond the most extreme tenth, which says how far out
/// shares of normal images lie that are smaller than one in all that were calibrated with.
///
/// That scores beyond a high threshold are so distributed holds in the limit (Pickands, 1975): an extrapolation and
/// no promise, with an interval. Fitted by probability-weighted moments (Hosking and Wallis, "Parameter and quantile
/// estimation for the generalized Pareto distribution", 1987), which need no iteration and are better than maximum
/// likelihood for fewer than 500 scores.
public struct ParetoTail: Sendable, Equatable {
    /// The score that the tail begins at; of a low tail mirrored, as all scores here.
    let threshold: Double
    /// ξ: above 0 the tail is heavier than an exponential one, below 0 it ends.
    public let shape: Double
    /// σ, in the score's unit.
    public let scale: Double
    /// The share of normal images beyond the threshold.
    public let share: Double
    /// Scores that it was fitted to.
    public let count: Int
    private let isHigh: Bool

    /// Scores beyond the threshold that a fit takes at least.
    static let fewest = 50
    /// The part of all scores that is the tail.
    static let part = 0.1

    /// The tail of scores in ascending order; throws how many it would take.
    init(_ sorted: [Float], isHigh: Bool) throws(CalibrationError) {
        let count = Int(Self.part * Double(sorted.count))
        guard count >= Self.fewest else {
            throw .unusable(
                "\(sorted.count) images are too few to tell a tail from; it takes "
                    + "\(Int(Double(Self.fewest) / Self.part))")
        }
        let extremes = sorted.suffix(count).map(Double.init)
        let mirrored = sorted.prefix(count).reversed().map { -Double($0) }
        let scores = isHigh ? extremes : mirrored
        let inner = sorted[isHigh ? sorted.count - count - 1 : count]
        let threshold = isHigh ? Double(inner) : -Double(inner)
        guard let fit = Self.fit(scores.map { $0 - threshold }) else {
            throw .unusable("the \(count) most extreme scores are too equal to tell a tail from")
        }
        (self.threshold, self.isHigh, self.count) = (threshold, isHigh, count)
        (shape, scale) = fit
        share = Double(count) / Double(sorted.count)
    }

    /// ξ and σ of excesses in ascending order.
    private static func fit(_ excesses: [Double]) -> (shape: Double, scale: Double)? {
        let m = Double(excesses.count)
        var (mean, weighted) = (0.0, 0.0)
        for (index, excess) in excesses.enumerated() {
            mean += excess / m
            weighted += excess * (1 - (Double(index) + 0.65) / m) / m
        }
        let difference = mean - 2 * weighted
        guard mean > 0, difference > 1e-9 * mean else { return nil }
        return (2 - mean / difference, 2 * mean * weighted / difference)
    }

    /// The score that a share `alpha` of normal images lies beyond, at most the tail's own.
    public func bound(_ alpha: Double) -> Double {
        let ratio = share / alpha
        let excess =
            abs(shape) < 1e-6
            ? scale * Glibc.log(ratio) : scale / shape * (Glibc.pow(ratio, shape) - 1)
        return isHigh ? threshold + excess : -(threshold + excess)
    }

    /// The share of normal images beyond `score`; nil if that is not in the tail.
    func survival(_ score: Double) -> Double? {
        let excess = (isHigh ? score : -score) - threshold
        guard excess > 0 else { return nil }
        if abs(shape) < 1e-6 { return share * Glibc.exp(-excess / scale) }
        let base = 1 + shape * excess / scale
        return base > 0 ? share * Glibc.pow(base, -1 / shape) : 0
    }

    /// Where `bound(alpha)` lies in 95 of 100 calibrations, by 499 samples drawn from the fit, always the same ones.
    public func interval(_ alpha: Double) -> ClosedRange<Double> {
        var random = SplitMix64(seed: 0x656c_626f)
        var bounds: [Double] = []
        for _ in 0..<499 {
            let excesses = (0..<count).map { _ in
                let uniform = (Double(random.next() >> 11) + 0.5) / Double(1 << 53)
                return abs(shape) < 1e-6
                    ? -scale * Glibc.log(uniform)
                    : scale / shape * (Glibc.pow(uniform, -shape) - 1)
            }.sorted()
            guard let fit = Self.fit(excesses) else { continue }
            bounds.append(with(shape: fit.shape, scale: fit.scale).bound(alpha))
        }
        bounds.sort()
        let skipped = bounds.count / 40
        return bounds[skipped]...bounds[bounds.count - 1 - skipped]
    }

    private init(_ other: ParetoTail, shape: Double, scale: Double) {
        (threshold, share, count) = (other.threshold, other.share, other.count)
        (isHigh, self.shape, self.scale) = (other.isHigh, shape, scale)
    }

    private func with(shape: Double, scale: Double) -> ParetoTail {
        ParetoTail(self, shape: shape, scale: scale)
    }
}
