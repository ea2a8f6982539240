public import Tensors

/// Scores batches of images with one model, always at z = μ, so that equal images score equally.
///
/// Owns its activations and results, all allocated at initialisation; belongs to one thread.
public final class Scorer {
    /// The weights in use; sharing them between scorers is free.
    public let weights: Weights
    /// Intermediate values of the last batch, for those who want the reconstruction.
    public let activations: Activations
    /// Scores of the last batch, one per image; only the first `images.rows` are meaningful.
    public private(set) var scores: [Scores]

    /// Makes room for batches of at most `capacity` images.
    public init(_ weights: Weights, capacity: Int) {
        prepareThreadForComputing()
        self.weights = weights
        activations = Activations(weights.architecture, capacity: capacity)
        scores = Array(repeating: Scores(), count: capacity)
    }

    /// Scores every row of `images`, shape `(batch, inputs)`, pixels in [0, 1].
    ///
    /// For a conditional model `activations.condition` must hold their classes.
    public func score(_ images: Matrix) {
        precondition(images.rows <= activations.capacity, "the batch is larger than its capacity")
        weights.encode(images, into: activations)
        weights.decode(activations.mu.rows(0..<images.rows), into: activations)
        let pixels = weights.architecture.inputs
        for row in 0..<images.rows {
            let sums = compare(row: row, of: images, logits: activations.logits)
            let kl = klDivergence(
                row: row, mu: activations.mu, logVariance: activations.logVariance)
            let negative = weights.architecture.likelihood.negativeLogLikelihood(
                sums, pixels: pixels)
            scores[row] = Scores(
                mse: sums.squaredError / Float(pixels), nll: sums.crossEntropy, kl: kl,
                elbo: negative + kl)
        }
    }
}
