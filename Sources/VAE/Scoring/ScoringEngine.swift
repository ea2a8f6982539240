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
        _ weights: Weights, by computation: Computation = .fp32,
        computing extent: ScoreSet = .all, capacity: Int
    ) {
        precondition(weights.architecture.classes == 0, "the model needs to be told classes")
        prepareThreadForComputing()
        architecture = weights.architecture
        self.computation = computation
        self.capacity = capacity
        self.extent = extent
        scores = Array(repeating: Scores(), count: capacity)
        switch computation.precision {
        case .fp32: network = FloatNetwork<Float>(weights, extent, capacity: capacity)
        case .bf16:
            network = FloatNetwork<UInt16>(weights, extent, capacity: capacity)
        case .int8:
            guard let ranges = computation.ranges, ranges.suits(architecture) else {
                preconditionFailure("8-bit scoring needs the ranges of activations")
            }
            network = ByteNetwork(weights, ranges, extent, capacity: capacity)
        }
    }

    /// Scores the first `count` rows of `images`, which has at least `capacity` rows.
    public func score(_ images: borrowing ImageBatch, count: Int) {
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
        let images = ImageBatch(rows: capacity, columns: inputs)
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
        let blank = ImageBatch(rows: capacity, columns: architecture.inputs)
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
