import Glibc

/// Sums over one image's pixels: what both the training loss and the scores are made of.
public struct ReconstructionSums: Sendable {
    /// `Σ (x − x̂)²`.
    public var squaredError: Float
    /// `−Σ x·log x̂ + (1 − x)·log(1 − x̂)`, in nats.
    public var crossEntropy: Float
}

/// Compares one row of images with its reconstruction.
///
/// `images`, `logits` and `reconstruction = logistic(logits)` have the same shape. The cross-entropy
/// is `Σ max(a, 0) − x·a + log(1 + exp(−|a|))`, which never takes the logarithm of a rounded zero.
/// With `s = logistic(a)` the last term is `−log max(s, 1 − s)`, and since the maximum lies in
/// [½, 1] as many as 126 of them can be multiplied before one logarithm is taken: 8 logarithms an
/// image instead of one a pixel.
public func compare(
    row: Int, of images: Matrix, logits: Matrix, reconstruction: Matrix
) -> ReconstructionSums {
    let columns = images.columns
    precondition(
        logits.columns == columns && reconstruction.columns == columns && row >= 0
            && row < images.rows && row < logits.rows && row < reconstruction.rows,
        "shapes differ")
    let (x, a, s) = (
        images.base + row * columns, logits.base + row * columns,
        reconstruction.base + row * columns
    )
    var squared = Lanes.zero
    var linear = Lanes.zero
    var logarithm: Float = 0
    var product = Lanes(repeating: 1)
    let whole = columns / Lanes.scalarCount
    for block in 0..<whole {
        let (x, a, s) = (
            Lanes(at: x + block * Lanes.scalarCount), Lanes(at: a + block * Lanes.scalarCount),
            Lanes(at: s + block * Lanes.scalarCount)
        )
        let difference = x - s
        squared += difference * difference
        linear += maximum(a, Lanes.zero) - x * a
        product *= maximum(s, 1 - s)
        if block % 100 == 99 {
            logarithm += logSum(product)
            product = Lanes(repeating: 1)
        }
    }
    logarithm += logSum(product)
    var sums = ReconstructionSums(
        squaredError: squared.sum(), crossEntropy: linear.sum() - logarithm)
    for column in whole * Lanes.scalarCount..<columns {
        let difference = x[column] - s[column]
        sums.squaredError += difference * difference
        sums.crossEntropy +=
            max(a[column], 0) - x[column] * a[column] - logf(max(s[column], 1 - s[column]))
    }
    return sums
}

/// `KL(N(μ, σ²) ‖ N(0, 1)) = ½ Σ μ² + σ² − 1 − log σ²` of one row, in nats.
///
/// `deviation = σ = exp(½ log σ²)`. Kingma & Welling, "Auto-Encoding Variational Bayes", appendix B.
public func klDivergence(
    row: Int, mu: Matrix, logVariance: Matrix, deviation: Matrix
) -> Float {
    let columns = mu.columns
    precondition(
        logVariance.columns == columns && deviation.columns == columns && row >= 0
            && row < mu.rows && row < logVariance.rows && row < deviation.rows, "shapes differ")
    let (m, l, d) = (
        mu.base + row * columns, logVariance.base + row * columns, deviation.base + row * columns
    )
    var sums = Lanes.zero
    let whole = columns / Lanes.scalarCount
    for block in 0..<whole {
        let (m, l, d) = (
            Lanes(at: m + block * Lanes.scalarCount), Lanes(at: l + block * Lanes.scalarCount),
            Lanes(at: d + block * Lanes.scalarCount)
        )
        sums += m * m + (d * d - 1 - l)
    }
    var sum = sums.sum()
    for column in whole * Lanes.scalarCount..<columns {
        sum += m[column] * m[column] + (d[column] * d[column] - 1 - l[column])
    }
    return sum / 2
}

private func logSum(_ product: Lanes) -> Float {
    var sum: Float = 0
    for lane in product.indices { sum += logf(product[lane]) }
    return sum
}
