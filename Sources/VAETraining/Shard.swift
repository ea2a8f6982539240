public import Tensors
import VAE

/// One thread's part of a batch: its images, noise, activations, and the gradient they cause.
///
/// Shards share the parameters, which only change between steps, and write nothing but their own
/// buffers; that is why they can run at the same time.
public final class Shard {
    /// The images of this shard, `(capacity, inputs)`; the step's caller fills the first `count`.
    public let images: Matrix
    /// Standard normal noise for reparameterisation, `(capacity, latent)`; filled by the caller too.
    public let epsilon: Matrix
    /// Images in the current step.
    public internal(set) var count = 0

    let activations: Activations
    let gradient: Parameters
    /// Gradients of the loss with respect to the activations of the same name and shape.
    let delta: Deltas
    /// Sums over the current step's images, in nats.
    private(set) var reconstruction = 0.0
    private(set) var kl = 0.0

    struct Deltas {
        let encoder: [Matrix]
        let mu: Matrix
        let logVariance: Matrix
        let z: Matrix
        let decoder: [Matrix]
        let logits: Matrix
    }

    init(_ architecture: Architecture, capacity: Int) {
        images = Matrix(rows: capacity, columns: architecture.inputs)
        epsilon = Matrix(rows: capacity, columns: architecture.latent)
        activations = Activations(architecture, capacity: capacity)
        gradient = Parameters(architecture)
        let matrix = { (columns: Int) in Matrix(rows: capacity, columns: columns) }
        delta = Deltas(
            encoder: architecture.hidden.map(matrix), mu: matrix(architecture.latent),
            logVariance: matrix(architecture.latent), z: matrix(architecture.latent),
            decoder: architecture.hidden.reversed().map(matrix), logits: matrix(architecture.inputs)
        )
    }

    /// Runs the batch forward with z = μ + σ·ε and sums the terms of the loss.
    func forward(_ parameters: Parameters) {
        parameters.encode(images.rows(0..<count), into: activations)
        parameters.sample(epsilon.rows(0..<count), in: activations)
        parameters.decode(activations.z.rows(0..<count), into: activations)
        (reconstruction, kl) = (0, 0)
        let architecture = parameters.architecture
        for row in 0..<count {
            let sums = compare(
                row: row, of: images, logits: activations.logits,
                reconstruction: activations.reconstruction)
            reconstruction += Double(
                architecture.likelihood.negativeLogLikelihood(sums, pixels: architecture.inputs))
            kl += Double(
                klDivergence(
                    row: row, mu: activations.mu, logVariance: activations.logVariance,
                    deviation: activations.deviation))
        }
    }
}
