import Glibc

/// The beta distribution of the k-th largest of n: the share of all normal images that score above the
/// k-th largest of n calibration scores is Beta(k, n + 1 − k), whatever the law of the scores, as long as
/// they are exchangeable and without ties (with ties it is smaller).
///
/// Vovk, "Conditional validity of inductive conformal predictors", 2012, proposition 2b.
public struct BetaLaw: Sendable, Equatable {
    /// The shape parameters, both above 0.
    public let a: Double, b: Double

    /// The law with these parameters.
    public init(_ a: Double, _ b: Double) {
        precondition(a > 0 && b > 0, "a beta law has parameters above zero")
        (self.a, self.b) = (a, b)
    }

    /// That of the share above the `rank`-th largest of `n` scores, the largest being the first.
    public init(rank: Int, of n: Int) { self.init(Double(rank), Double(n + 1 - rank)) }

    /// Its mean, a / (a + b).
    public var mean: Double { a / (a + b) }

    /// The probability of at most `x`, the regularised incomplete beta function I_x(a, b).
    public func probability(atMost x: Double) -> Double {
        guard x > 0 else { return 0 }
        guard x < 1 else { return 1 }
        // The fraction converges fast on this side of the mean (DLMF 8.17.22).
        if x > (a + 1) / (a + b + 2) { return 1 - BetaLaw(b, a).probability(atMost: 1 - x) }
        let factor =
            lgamma(a + b) - lgamma(a) - lgamma(b) + a * Glibc.log(x) + b * Glibc.log1p(-x)
        return Glibc.exp(factor) * fraction(x) / a
    }

    /// The value that is not exceeded with this probability, to 1e-12.
    public func quantile(_ probability: Double) -> Double {
        var (low, high) = (0.0, 1.0)
        while high - low > 1e-12 {
            let middle = (low + high) / 2
            let isBelow = self.probability(atMost: middle) < probability
            if isBelow { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }

    /// The continued fraction of I_x, by Lentz's method.
    private func fraction(_ x: Double) -> Double {
        let tiny = 1e-300
        func nonzero(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
        var (c, d) = (1.0, 1 / nonzero(1 - (a + b) * x / (a + 1)))
        var result = d
        for step in 1...10_000 {
            let m = Double(step)
            let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
            let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
            var change = 1.0
            for coefficient in [even, odd] {
                d = 1 / nonzero(1 + coefficient * d)
                c = nonzero(1 + coefficient / c)
                change = c * d
                result *= change
            }
            if abs(change - 1) < 1e-15 { break }
        }
        return result
    }
}
