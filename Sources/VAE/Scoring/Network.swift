import Networks
import Tensors

/// The layers of a model in one kind of arithmetic.
protocol Network: AnyObject {
    /// Divergences of the last batch, one a row; zeros if only reconstructions are computed.
    var kl: [Float] { get }
    /// Computes `kl` and logits of the first `count` images.
    func run(_ images: borrowing ImageBatch, _ count: Int)
    /// The same from what the first layer makes of them before its ReLU, `(capacity, hidden units)`.
    func run(preactivations: Matrix, _ count: Int)
    /// Compares an image with its reconstruction.
    func compare(_ row: Int, of images: borrowing ImageBatch) -> ReconstructionSums
    /// Sums the squared differences of the first `count` pixels of an image and its reconstruction.
    func squaredError(_ row: Int, of images: borrowing ImageBatch, first count: Int) -> Float
    /// Makes the reconstruction of an image a row of `images`.
    func reconstruct(_ row: Int, into images: borrowing ImageBatch)
    /// Writes the posterior of an image, means before log-variances, into a row of `posterior`, `(capacity, 2·latent)`.
    func writePosterior(_ row: Int, into posterior: Matrix)
    /// Encodes the first `count` of `reconstructions`, and writes what the hidden layers made of the images less
    /// what they make of these into `differences`, `(capacity, all hidden units)`.
    func retrace(
        _ reconstructions: borrowing ImageBatch, _ count: Int, into differences: Matrix)
}

extension Network {
    func run(preactivations: Matrix, _ count: Int) {
        preconditionFailure("a network of bytes has a first layer of its own")
    }
}

/// What a network is made for.
struct NetworkPurpose {
    /// Whether log σ² is computed, and with it the divergence.
    let hasDeviations: Bool
    /// Whether reconstructions are encoded.
    let retraces: Bool

    init(_ scores: ScoreSet) {
        hasDeviations = !scores.needsOnlyReconstruction
        retraces = !scores.isDisjoint(with: .rapp)
    }
}

extension ModelParameters<ConstantMatrix> {
    /// What the encoder's last layer is: μ's and log σ²'s as one, or μ's alone.
    func heads(
        hasDeviations: Bool
    ) -> (weight: ConstantMatrix, bias: ConstantMatrix) {
        hasDeviations ? heads : (mu.weight, mu.bias)
    }

    /// μ's and log σ²'s layers as one, so that the hidden units are read once: weights
    /// `(hidden, 2·latent)` and bias.
    private var heads: (weight: ConstantMatrix, bias: ConstantMatrix) {
        let (rows, latent) = (mu.weight.rows, architecture.latent)
        let weight = Matrix(rows: rows, columns: 2 * latent)
        let bias = Matrix(rows: 1, columns: 2 * latent)
        for column in 0..<latent {
            for row in 0..<rows {
                weight[row, column] = mu.weight[row, column]
                weight[row, latent + column] = logVariance.weight[row, column]
            }
            bias[0, column] = mu.bias[0, column]
            bias[0, latent + column] = logVariance.bias[0, column]
        }
        return (ConstantMatrix(weight), ConstantMatrix(bias))
    }
}
