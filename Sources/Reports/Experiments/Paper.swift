/// What De León Martínez, "Variational Autoencoders" (CIMAT, 2024), reports.
enum Paper {
    /// Mean squared error of reconstruction on MNIST's test images.
    static let reconstructionError = 0.01732
    /// The same of noisy images, against the clean ones; the paper does not say how much noise.
    static let noisyError = 0.02115
    /// The share of normal images inside μ ± 2σ.
    static let inside = 0.984
}
