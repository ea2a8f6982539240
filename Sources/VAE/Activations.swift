public import Tensors

/// Room for everything one forward pass computes, for batches of at most `capacity` images.
///
/// Allocated once; every pass overwrites it. Belongs to one thread.
public final class Activations {
    /// The most images one pass can take.
    public let capacity: Int
    /// Outputs of the encoder's hidden layers after ReLU, `(capacity, width)` each.
    public let encoder: [Matrix]
    /// Posterior means μ, `(capacity, latent)`.
    public let mu: Matrix
    /// Posterior log-variances log σ², `(capacity, latent)`.
    public let logVariance: Matrix
    /// Posterior standard deviations σ = exp(½ log σ²), `(capacity, latent)`.
    public let deviation: Matrix
    /// The latent code that was decoded, `(capacity, latent)`: μ when scoring, μ + σ·ε in training.
    public let z: Matrix
    /// Outputs of the decoder's hidden layers after ReLU, `(capacity, width)` each.
    public let decoder: [Matrix]
    /// The decoder's output before the logistic function, `(capacity, inputs)`.
    public let logits: Matrix
    /// The reconstruction x̂, in [0, 1], `(capacity, inputs)`.
    public let reconstruction: Matrix

    let exponential: ElementwiseFunction
    let logistic: ElementwiseFunction

    /// Allocates for `architecture`.
    public init(_ architecture: Architecture, capacity: Int) {
        precondition(capacity > 0, "a batch holds at least one image")
        let rows = ElementwiseFunction.paddedRows(capacity)
        let matrix = { (columns: Int) in Matrix(rows: rows, columns: columns) }
        self.capacity = capacity
        encoder = architecture.hidden.map(matrix)
        mu = matrix(architecture.latent)
        logVariance = matrix(architecture.latent)
        deviation = matrix(architecture.latent)
        z = matrix(architecture.latent)
        decoder = architecture.hidden.reversed().map(matrix)
        logits = matrix(architecture.inputs)
        reconstruction = matrix(architecture.inputs)
        exponential = ElementwiseFunction(
            .exponential, columns: architecture.latent, capacity: capacity)
        logistic = ElementwiseFunction(.logistic, columns: architecture.inputs, capacity: capacity)
    }
}
