public import Images
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
    private let wanted: ScoreSet
    private let needsOnlyReconstruction: Bool
    private let details: DetailScorer?

    /// Packs the weights for batches of at most `capacity` images.
    ///
    /// `computation` must suit the model. Conditional models have no engine. The standard scores are always
    /// computed, unless `wanted` needs nothing but the error of reconstruction; others need to know the `shape` of images, and some the
    /// computation's profile. With `firstLayerIsGiven`, not for bytes, only preactivations can be scored, and the first layer
    /// takes no memory.
    public init(
        _ weights: Weights, by computation: Computation = .fp32,
        computing wanted: ScoreSet = .standard, of shape: ImageShape? = nil,
        firstLayerIsGiven: Bool = false, capacity: Int
    ) {
        precondition(weights.architecture.classes == 0, "the model needs to be told classes")
        prepareThreadForComputing()
        architecture = weights.architecture
        self.computation = computation
        self.capacity = capacity
        let wanted =
            wanted.needsOnlyReconstruction
            ? wanted : wanted.withParts(of: computation.profile).union(.standard)
        self.wanted = wanted
        scores = Array(repeating: Scores(), count: capacity)
        let purpose = NetworkPurpose(wanted)
        switch computation.precision {
        case .fp32:
            network = FloatNetwork<Float>(
                weights, purpose, firstLayerIsGiven: firstLayerIsGiven, capacity: capacity)
        case .bf16:
            network = FloatNetwork<UInt16>(
                weights, purpose, firstLayerIsGiven: firstLayerIsGiven, capacity: capacity)
        case .int8:
            precondition(!firstLayerIsGiven, "a network of bytes has a first layer of its own")
            guard let ranges = computation.ranges, ranges.suits(architecture) else {
                preconditionFailure("8-bit scoring needs the ranges of activations")
            }
            network = ByteNetwork(weights, ranges, purpose, capacity: capacity)
        }
        needsOnlyReconstruction = wanted.needsOnlyReconstruction
        guard !wanted.isSubset(of: .standard) else {
            details = nil
            return
        }
        precondition(
            wanted.isDisjoint(with: .profiled) || computation.profile != nil,
            "some scores need a profile of normal images")
        guard let shape, shape.pixels == architecture.inputs else {
            preconditionFailure("some scores need the shape of images")
        }
        details = DetailScorer(
            architecture, rows: shape.rows, columns: shape.columns, wanted, computation.profile,
            capacity: capacity)
    }

    /// The same for a model's images, which have its shape.
    public convenience init(
        _ model: Model, by computation: Computation = .fp32,
        computing wanted: ScoreSet = .standard, capacity: Int
    ) {
        self.init(
            model.weights, by: computation, computing: wanted, of: model.imageShape,
            capacity: capacity)
    }

    /// Scores the first `count` rows of `images`, which has at least `capacity` rows.
    public func score(_ images: borrowing ImageBatch, count: Int) {
        precondition(
            count <= capacity && images.rows >= capacity && images.columns == architecture.inputs,
            "the batch does not fit")
        network.run(images, count)
        compare(images, count)
    }

    /// The same where the first layer has been computed already.
    ///
    /// `preactivations` is what it makes of the images before its ReLU, `(capacity, hidden units)`. Not for bytes.
    public func score(
        _ images: borrowing ImageBatch, count: Int, preactivations: Matrix
    ) {
        precondition(
            count <= capacity && images.rows >= capacity && images.columns == architecture.inputs
                && preactivations.columns == architecture.hidden[0]
                && preactivations.rows >= count, "the batch does not fit")
        network.run(preactivations: preactivations, count)
        compare(images, count)
    }

    private func compare(_ images: borrowing ImageBatch, _ count: Int) {
        for row in 0..<count {
            if needsOnlyReconstruction {
                scores[row][.mse] = meanSquaredError(
                    row, of: images, first: architecture.inputs)
            } else {
                scores[row] = combined(network.compare(row, of: images), network.kl[row])
            }
        }
        details?.add(to: &scores, of: images, count, network)
    }

    /// The mean squared error of the first `count` pixels of an image of the last batch.
    public func meanSquaredError(
        _ row: Int, of images: borrowing ImageBatch, first count: Int
    ) -> Float {
        network.squaredError(row, of: images, first: count) / Float(count)
    }

    /// Scores `count` 8-bit images, one after the other in `pixels`, batch by batch.
    public func scores(ofImages pixels: [UInt8], count: Int) -> [Scores] {
        var all: [Scores] = []
        all.reserveCapacity(count)
        forEachBatch(of: pixels, count) { all += scores[..<$0] }
        return all
    }

    /// Scores images batch by batch and calls `body` after each with the number of its images.
    private func forEachBatch(of pixels: [UInt8], _ count: Int, _ body: (Int) -> Void) {
        let inputs = architecture.inputs
        precondition(pixels.count == count * inputs, "the pixels are not \(count) images")
        let images = ImageBatch(rows: capacity, columns: inputs)
        for first in stride(from: 0, to: count, by: capacity) {
            let batch = min(capacity, count - first)
            for row in 0..<batch {
                let start = (first + row) * inputs
                images.setRow(row, bytes: pixels.span.extracting(start..<(start + inputs)))
            }
            score(images, count: batch)
            body(batch)
        }
    }

    /// What a profile is fitted to, of `count` images, one a row: the differences of `DetailScorer`, and
    /// posteriors; for engines that compute `sap` and `code`.
    func traces(
        ofImages pixels: [UInt8], count: Int
    ) -> (differences: Matrix, posteriors: Matrix) {
        guard let details, details.differences.rows > 0, details.posterior.rows > 0 else {
            preconditionFailure("the engine does not encode reconstructions")
        }
        let differences = Matrix(rows: count, columns: details.differences.columns)
        let posteriors = Matrix(rows: count, columns: details.posterior.columns)
        var first = 0
        forEachBatch(of: pixels, count) { batch in
            let range = first..<(first + batch)
            differences.rows(range).copy(from: details.differences.rows(0..<batch))
            posteriors.rows(range).copy(from: details.posterior.rows(0..<batch))
            first += batch
        }
        return (differences, posteriors)
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
