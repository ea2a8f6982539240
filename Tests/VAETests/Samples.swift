import TestSupport
import Images
import Tensors
import VAE

/// A model of 2×2 images with random weights, so small that all of its file can be tried.
func smallModel(
    hidden: [Int] = [3], likelihood: Likelihood = .bernoulli, seed: UInt64 = 7, classes: Int = 0
) -> Model {
    let parameters = Parameters(
        Architecture(inputs: 4, hidden: hidden, latent: 2, likelihood: likelihood, classes: classes)
    )
    parameters.initialize(seed: seed)
    return Model(
        weights: Weights(parameters), imageShape: ImageShape(rows: 2, columns: 2),
        provenance: ["data": "none", "seed": "\(seed)"])
}

/// Images of random bytes as rows of numbers in [0, 1].
func randomBatch(_ count: Int, pixels: Int, seed: UInt64) -> Matrix {
    let bytes = randomImages(count, pixels: pixels, seed: seed)
    return Matrix(rows: count, columns: pixels, bytes.map { Float($0) / 255 })
}
