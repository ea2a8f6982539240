import Glibc

/// The inverse of the standard normal distribution function, `Φ⁻¹(p)` for p in (0, 1).
///
/// By Newton's method from 0 on the smaller tail: Φ is concave above 0, so no step overshoots.
public func normalQuantile(_ p: Double) -> Double {
    precondition(p > 0 && p < 1, "a quantile lies between 0 and 1")
    let tail = min(p, 1 - p)
    var x = 0.0
    for _ in 0..<200 {
        let excess = erfc(x / 2.0.squareRoot()) / 2 - tail
        let step = excess / (exp(-x * x / 2) / (2 * Double.pi).squareRoot())
        x += step
        if abs(step) < 1e-14 { break }
    }
    return p < 0.5 ? -x : x
}
