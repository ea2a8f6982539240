import Networks
public import Tensors

/// Scores batches of images as fast as the processor can, always at z = μ, so that equal images score
/// equally: weights packed beforehand, ReLU and biases part of the products, and no reconstruction kept.
///
/// `Scorer` computes the same step by step, for those who want to see the steps. Everything is
/// allocated at initialisation; belongs to one thread.
public final class ScoringEngine {
    /// What it computes with.
    public let computation: Computation
    /// The most images in a batch.
    public let capacity: Int
    /// Scores of the last batch, one per image; only the first ones are meaningful.
    public private(set) var scores: [Scores]

    private let architecture: Architecture
    private let network: any Network
    private let extent: ScoreSet

    /// Which scores are computed.
    public enum ScoreSet: Sendable {
        /// All.
        case all
        /// `mse`; the others are NaN. Saves the head of log σ² and a tenth of the time.
        case reconstruction
    }

    /// Packs the weights for batches of at most `capacity` images.
    ///
    /// `computation` must suit the model. Conditional models have no engine.
    public init(
        _ parameters: Parameters, by computation: Computation = .fp32,
        computing extent: ScoreSet = .all, capacity: Int
    ) {
        precondition(parameters.architecture.classes == 0, "the model needs to be told classes")
        prepareThreadForComputing()
        architecture = parameters.architecture
        self.computation = computation
        self.capacity = capacity
        self.extent = extent
        scores = Array(repeating: Scores(), count: capacity)
        switch computation.precision {
        case .fp32: network = FloatNetwork<Matrix>(parameters, extent, capacity: capacity)
        case .bf16:
            network = FloatNetwork<NumberRows<UInt16>>(parameters, extent, capacity: capacity)
        case .int8:
            guard let ranges = computation.ranges, ranges.suits(architecture) else {
                preconditionFailure("8-bit scoring needs the ranges of activations")
            }
            network = ByteNetwork(parameters, ranges, extent, capacity: capacity)
        }
    }

    /// Scores the first `count` rows of `images`, which has at least `capacity` rows.
    public func score(_ images: PixelRows, count: Int) {
        precondition(
            count <= capacity && images.rows >= capacity && images.columns == architecture.inputs,
            "the batch does not fit")
        network.run(images, count)
        let pixels = Float(architecture.inputs)
        for row in 0..<count {
            switch extent {
            case .all:
                scores[row] = combined(network.compare(row, of: images), network.kl[row])
            case .reconstruction:
                scores[row] = Scores(
                    mse: network.squaredError(row, of: images) / pixels, nll: .nan, kl: .nan,
                    elbo: .nan)
            }
        }
    }

    /// Scores `count` 8-bit images, one after the other in `pixels`, batch by batch.
    public func scores(ofImages pixels: [UInt8], count: Int) -> [Scores] {
        let inputs = architecture.inputs
        precondition(pixels.count == count * inputs, "the pixels are not \(count) images")
        let images = PixelRows(rows: capacity, columns: inputs)
        var all: [Scores] = []
        all.reserveCapacity(count)
        for first in stride(from: 0, to: count, by: capacity) {
            let batch = min(capacity, count - first)
            for row in 0..<batch {
                let start = (first + row) * inputs
                images.setRow(row, bytes: pixels.span.extracting(start..<(start + inputs)))
            }
            score(images, count: batch)
            all += scores[..<batch]
        }
        return all
    }

    /// Scores blank batches of every prepared size, so that oneDNN has generated its machine code
    /// before the first image comes.
    public func warmUp() {
        let blank = PixelRows(rows: capacity, columns: architecture.inputs)
        var size = 1
        while size < capacity {
            score(blank, count: size)
            size *= 2
        }
        score(blank, count: capacity)
    }

    private func combined(_ sums: ReconstructionSums, _ kl: Float) -> Scores {
        let pixels = architecture.inputs
        let negative = architecture.likelihood.negativeLogLikelihood(sums, pixels: pixels)
        return Scores(
            mse: sums.squaredError / Float(pixels), nll: sums.crossEntropy, kl: kl,
            elbo: negative + kl)
    }
}

/// The layers of a model in one kind of arithmetic.
protocol Network: AnyObject {
    /// Divergences of the last batch, one a row; zeros if only reconstructions are computed.
    var kl: [Float] { get }
    /// Computes `kl` and logits of the first `count` images.
    func run(_ images: PixelRows, _ count: Int)
    /// Compares an image with its reconstruction.
    func compare(_ row: Int, of images: PixelRows) -> ReconstructionSums
    /// Sums the squared differences of an image and its reconstruction.
    func squaredError(_ row: Int, of images: PixelRows) -> Float
}

extension Parameters {
    /// What the encoder's last layer is: μ's and log σ²'s as one, or μ's alone.
    func heads(_ extent: ScoringEngine.ScoreSet) -> (weight: Matrix, bias: Matrix) {
        extent == .all ? heads : (mu.weight, mu.bias)
    }

    /// μ's and log σ²'s layers as one, so that the hidden units are read once: weights
    /// `(hidden, 2·latent)` and bias.
    private var heads: (weight: Matrix, bias: Matrix) {
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
        return (weight, bias)
    }
}
