public import Tensors
public import VAE

/// Everything about the images of one batch: themselves, their noise, activations and gradients of
/// the loss with respect to those.
///
/// `rows` gives a view of some of the images; views of different images can be worked on at the
/// same time, because every row of every matrix belongs to one image.
public struct BatchBuffers {
    /// The images, `(batch, inputs)`; filled by the caller of a training step.
    public let images: Matrix
    /// What the encoder sees: `images` themselves, or room for corrupted or standardised copies.
    public let seen: Matrix
    /// Standard normal noise for reparameterisation, `(batch, latent)`; filled likewise.
    public let epsilon: Matrix
    /// Results of the forward pass, and the classes that a conditional model is told.
    public let activations: Activations
    let delta: Deltas

    /// Gradients of the loss with respect to the activations of the same name and shape.
    struct Deltas {
        let encoder: [Matrix]
        let mu: Matrix
        let logVariance: Matrix
        let z: Matrix
        let decoder: [Matrix]
        let logits: Matrix
    }

    /// Allocates for batches of at most `capacity` images.
    init(_ architecture: Architecture, capacity: Int, corrupting: Bool) {
        let matrix = { (columns: Int) in Matrix(rows: capacity, columns: columns) }
        images = matrix(architecture.inputs)
        seen = corrupting ? matrix(architecture.inputs) : images
        epsilon = matrix(architecture.latent)
        activations = Activations(architecture, capacity: capacity)
        delta = Deltas(
            encoder: architecture.hidden.map(matrix), mu: matrix(architecture.latent),
            logVariance: matrix(architecture.latent), z: matrix(architecture.latent),
            decoder: architecture.hidden.reversed().map(matrix), logits: matrix(architecture.inputs)
        )
    }

    /// A view of the images in `range`, for the thread that owns `gemm`.
    func rows(_ range: Range<Int>, gemm: GEMM) -> BatchBuffers {
        BatchBuffers(
            images: images.rows(range), seen: seen.rows(range), epsilon: epsilon.rows(range),
            activations: activations.rows(range, gemm: gemm),
            delta: Deltas(
                encoder: delta.encoder.map { $0.rows(range) }, mu: delta.mu.rows(range),
                logVariance: delta.logVariance.rows(range), z: delta.z.rows(range),
                decoder: delta.decoder.map { $0.rows(range) }, logits: delta.logits.rows(range)))
    }

    private init(
        images: Matrix, seen: Matrix, epsilon: Matrix, activations: Activations, delta: Deltas
    ) {
        self.images = images
        self.seen = seen
        self.epsilon = epsilon
        self.activations = activations
        self.delta = delta
    }
}

extension BatchBuffers {
    /// Runs all images forward with z = μ + σ·ε and returns the sums of the loss's terms, in nats;
    /// `batch` is the size of the whole batch, of which these images may be a part.
    ///
    /// The gradient of `Σ reconstruction / batch` with respect to the logits comes with comparing.
    func forward(
        _ parameters: Parameters, batch: Int
    ) -> (reconstruction: Double, kl: Double) {
        parameters.encode(seen, into: activations)
        let likelihood = parameters.architecture.likelihood
        let (compared, variance) = likelihood.compared
        let weight = 1 / (Float(batch) * variance)
        let kl = activations.reparameterization.sample(epsilon)
        parameters.decodeLogits(activations.z, into: activations)
        var reconstruction = 0.0
        for row in 0..<images.rows {
            let sums = compare(
                row: row, of: images, logits: activations.logits, gradient: delta.logits,
                of: compared, weight: weight)
            reconstruction += Double(
                likelihood.negativeLogLikelihood(sums, pixels: images.columns))
        }
        return (reconstruction, kl)
    }
}

extension Likelihood {
    /// What the negative log-likelihood of an image is made of, and what that is divided by.
    fileprivate var compared: (sum: ComparedSum, variance: Float) {
        switch self {
        case .bernoulli: (.crossEntropy, 1)
        case .gaussian(let variance): (.halfSquaredError, variance)
        }
    }
}
