internal import CKernels

// What a model computes element by element, in vectors as wide as the processor has. Shapes must be
// equal where more than one matrix is given.

/// Which copy of the loops in CSIMD this processor runs.
let level = elbod_level()

/// Writes the logistic function `1 / (1 + exp(−x))` of every element of `input` into `output`.
public func logistic(_ input: Matrix, into output: Matrix) {
    precondition(input.count == output.count, "shapes differ")
    unsafe elbod_logistic(level, input.base, input.count, output.base)
}

/// The gradient of ReLU: makes those elements of `gradient` zero whose `output` was not above zero.
public func maskInactive(_ gradient: Matrix, output: Matrix) {
    precondition(gradient.count == output.count, "shapes differ")
    unsafe elbod_mask(level, gradient.base, output.base, gradient.count)
}

/// A normal distribution per element, and a draw from it: `z = μ + σ·ε` with `σ = exp(½ log σ²)`.
public struct Reparameterization {
    /// μ.
    public let mu: Matrix
    /// log σ².
    public let logVariance: Matrix
    /// σ, written by `sample`.
    public let deviation: Matrix
    /// z, written by `sample`.
    public let z: Matrix

    /// These four, of one shape.
    public init(mu: Matrix, logVariance: Matrix, deviation: Matrix, z: Matrix) {
        precondition(
            [logVariance, deviation, z].allSatisfy { $0.count == mu.count }, "shapes differ")
        (self.mu, self.logVariance, self.deviation, self.z) = (mu, logVariance, deviation, z)
    }

    /// Computes σ and z from μ, log σ² and `epsilon`; returns the sum of all elements' divergences
    /// from N(0, 1), in nats.
    @discardableResult
    public func sample(_ epsilon: Matrix) -> Double {
        precondition(epsilon.count == mu.count, "shapes differ")
        var sum = 0.0
        for row in 0..<mu.rows {
            let twice = unsafe elbod_sample(
                level, mu.address(ofRow: row), logVariance.address(ofRow: row),
                epsilon.address(ofRow: row), mu.columns, deviation.address(ofRow: row),
                z.address(ofRow: row))
            sum += Double(twice) / 2
        }
        return sum
    }

    /// From the gradient `dz` of a loss with respect to z, those with respect to μ and log σ² of the
    /// loss plus `weight` times the divergence.
    ///
    /// `∂z/∂log σ² = ½·σ·ε = ½·(z − μ)`; the divergence adds `μ` and `½·(σ² − 1)`.
    public func backward(_ dz: Matrix, weight: Float, mu dmu: Matrix, logVariance dl: Matrix) {
        precondition([dz, dmu, dl].allSatisfy { $0.count == mu.count }, "shapes differ")
        unsafe elbod_unsample(
            level, dz.base, mu.base, z.base, deviation.base, mu.count, weight, dmu.base, dl.base)
    }
}

/// One step of Adam (Kingma & Ba, 2015, algorithm 1) whose corrections of bias are in `rate`,
/// α / (1 − β₁ᵗ), and `correction`, 1 / √(1 − β₂ᵗ).
public struct AdamRule: Sendable {
    /// β₁ and β₂.
    public let decay: (first: Float, second: Float)
    /// ε.
    public let epsilon: Float
    /// As above.
    public let rate: Float
    /// As above.
    public let correction: Float

    /// A rule with these numbers.
    public init(
        decay: (first: Float, second: Float), epsilon: Float, rate: Float, correction: Float
    ) {
        (self.decay, self.epsilon) = (decay, epsilon)
        (self.rate, self.correction) = (rate, correction)
    }

    /// Moves `parameters` and their moments, given the gradient.
    public func apply(_ parameters: Matrix, _ first: Matrix, _ second: Matrix, gradient: Matrix) {
        precondition(
            [first, second, gradient].allSatisfy { $0.count == parameters.count }, "shapes differ")
        unsafe elbod_adam(
            level, parameters.base, first.base, second.base, gradient.base, parameters.count,
            decay.first, decay.second, rate, correction, epsilon)
    }
}
