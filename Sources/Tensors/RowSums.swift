internal import CKernels

/// Sums over one image's pixels: what both the training loss and the scores are made of.
public struct ReconstructionSums: Sendable {
    /// `Σ (x − x̂)²`.
    public var squaredError: Float
    /// `−Σ x·log x̂ + (1 − x)·log(1 − x̂)`, in nats.
    public var crossEntropy: Float
}

/// Compares one row of `images`, in [0, 1], with its reconstruction `x̂ = logistic(a)`, given by the
/// logits a in the same row of `logits`.
///
/// The cross-entropy is `Σ max(a, 0) − x·a + log(1 + exp(−|a|))`, which never takes the logarithm of
/// a rounded zero.
public func compare(row: Int, of images: Matrix, logits: Matrix) -> ReconstructionSums {
    precondition(images.columns == logits.columns, "shapes differ")
    let comparison = unsafe elbod_compare(
        level, nil, images.address(ofRow: row), logits.address(ofRow: row), nil, nil, nil,
        images.columns, nil, 0, 0)
    return ReconstructionSums(comparison)
}

/// The same, and the gradient of one of the sums with respect to the logits, times `weight`, into the
/// same row of `gradient`: `x̂ − x` of the cross-entropy, `(x̂ − x)·x̂·(1 − x̂)` of half the squared error.
public func compare(
    row: Int, of images: Matrix, logits: Matrix, gradient: Matrix, of sum: ComparedSum,
    weight: Float
) -> ReconstructionSums {
    precondition(
        images.columns == logits.columns && images.columns == gradient.columns, "shapes differ")
    let comparison = unsafe elbod_compare(
        level, nil, images.address(ofRow: row), logits.address(ofRow: row), nil, nil, nil,
        images.columns, gradient.address(ofRow: row), weight, sum == .halfSquaredError ? 1 : 0)
    return ReconstructionSums(comparison)
}

/// What a gradient is of.
public enum ComparedSum: Sendable {
    /// `ReconstructionSums.crossEntropy`.
    case crossEntropy
    /// Half of `ReconstructionSums.squaredError`.
    case halfSquaredError
}

/// `KL(N(μ, σ²) ‖ N(0, 1)) = ½ Σ μ² + σ² − 1 − log σ²` of one row, in nats.
///
/// Kingma & Welling, "Auto-Encoding Variational Bayes", appendix B.
public func klDivergence(row: Int, mu: Matrix, logVariance: Matrix) -> Float {
    precondition(mu.columns == logVariance.columns, "shapes differ")
    return unsafe elbod_sample(
        level, mu.address(ofRow: row), logVariance.address(ofRow: row), nil, mu.columns, nil, nil)
        / 2
}

extension ReconstructionSums {
    init(_ comparison: elbod_comparison) {
        self.init(squaredError: comparison.squared, crossEntropy: comparison.cross)
    }
}
