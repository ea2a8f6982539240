import Tensors

/// Estimates the evidence lower bound that training maximises, with z drawn from the posterior.
///
/// Verdicts never sample; this is for comparing models, where the literature's numbers do.
public struct ELBOEstimator {
    private let weights: Weights

    /// An estimator for one model.
    public init(_ weights: Weights) {
        self.weights = weights
    }

    /// The mean over `count` 8-bit images of `−log p(x|z) + KL(q(z|x) ‖ p(z))` with one
    /// `z ~ q(z|x)` each, in nats per image.
    ///
    /// Conditional models need `labels`; the bound is then that of `log p(x|class)`.
    public func negativeELBO(
        ofImages pixels: [UInt8], count: Int, labels: [UInt8]? = nil, seed: UInt64
    ) -> Double {
        let architecture = weights.architecture
        precondition(pixels.count == count * architecture.inputs, "the pixels are not the images")
        prepareThreadForComputing()
        let capacity = 256
        let activations = Activations(architecture, capacity: capacity)
        let images = Matrix(rows: capacity, columns: architecture.inputs)
        let epsilon = Matrix(rows: capacity, columns: architecture.latent)
        var random = RandomNumbers(seed: seed, 3)
        var sum = 0.0
        for first in stride(from: 0, to: count, by: capacity) {
            let batch = min(capacity, count - first)
            for row in 0..<batch {
                let start = (first + row) * architecture.inputs
                images.setRow(
                    row, pixels: pixels.span.extracting(start..<(start + architecture.inputs)))
            }
            activations.setClasses(of: first..<(first + batch), in: labels)
            random.fillWithNormal(epsilon.rows(0..<batch))
            weights.encode(images.rows(0..<batch), into: activations)
            weights.sample(epsilon.rows(0..<batch), in: activations)
            weights.decodeLogits(activations.z.rows(0..<batch), into: activations)
            for row in 0..<batch {
                sum += Double(activations.negativeELBO(row, of: images, architecture))
            }
        }
        return sum / Double(count)
    }
}

extension Activations {
    /// `−log p(x|z) + KL` of one image after a forward pass.
    fileprivate func negativeELBO(
        _ row: Int, of images: Matrix, _ architecture: Architecture
    ) -> Float {
        let sums = compare(row: row, of: images, logits: logits)
        let kl = klDivergence(row: row, mu: mu, logVariance: logVariance)
        return architecture.likelihood.negativeLogLikelihood(sums, pixels: images.columns) + kl
    }
}
