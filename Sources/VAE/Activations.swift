public import Tensors

/// Room for everything one forward pass computes, for batches of at most `capacity` images.
///
/// Allocated once; every pass overwrites it. `rows` gives a view of some of the images, with which
/// another thread can work on them at the same time.
public struct Activations {
    /// One-hot labels of the images, `(capacity, classes)`; whoever runs a conditional model fills
    /// it with `setClass`, otherwise it has no columns.
    public let condition: Matrix
    /// Outputs of the encoder's hidden layers after ReLU, `(capacity, width)` each.
    public let encoder: [Matrix]
    /// Posterior means μ, `(capacity, latent)`.
    public let mu: Matrix
    /// Posterior log-variances log σ², `(capacity, latent)`.
    public let logVariance: Matrix
    /// Posterior standard deviations σ = exp(½ log σ²), `(capacity, latent)`; where z is sampled.
    public let deviation: Matrix
    /// The latent code that was decoded, `(capacity, latent)`: μ when scoring, μ + σ·ε in training.
    public let z: Matrix
    /// Outputs of the decoder's hidden layers after ReLU, `(capacity, width)` each.
    public let decoder: [Matrix]
    /// The decoder's output before the logistic function, `(capacity, inputs)`.
    public let logits: Matrix
    /// The reconstruction x̂, in [0, 1], `(capacity, inputs)`.
    public let reconstruction: Matrix
    /// How products are computed, for the one thread that uses this view.
    public let gemm: GEMM

    /// Allocates for `architecture`.
    public init(
        _ architecture: Architecture, capacity: Int, gemm: GEMM = GEMM()
    ) {
        precondition(capacity > 0, "a batch holds at least one image")
        self.gemm = gemm
        let matrix = { (columns: Int) in Matrix(rows: capacity, columns: columns) }
        condition = matrix(architecture.classes)
        encoder = architecture.hidden.map(matrix)
        mu = matrix(architecture.latent)
        logVariance = matrix(architecture.latent)
        deviation = matrix(architecture.latent)
        z = matrix(architecture.latent)
        decoder = architecture.hidden.reversed().map(matrix)
        logits = matrix(architecture.inputs)
        reconstruction = matrix(architecture.inputs)
    }

    /// The most images one pass can take.
    public var capacity: Int { mu.rows }

    /// Says which class the image in `row` is of.
    public func setClass(_ label: Int, row: Int) {
        precondition((0..<condition.columns).contains(label), "there is no class \(label)")
        for column in 0..<condition.columns { condition[row, column] = column == label ? 1 : 0 }
    }

    /// Gives a conditional model the classes of the images in `range`, for rows 0 and up; an
    /// unconditional one needs none.
    public func setClasses(of range: Range<Int>, in labels: [UInt8]?) {
        guard condition.columns > 0 else { return }
        guard let labels else { preconditionFailure("a conditional model needs labels") }
        for (row, index) in range.enumerated() { setClass(Int(labels[index]), row: row) }
    }

    /// μ, log σ², σ and z, all of them.
    public var reparameterization: Reparameterization {
        Reparameterization(mu: mu, logVariance: logVariance, deviation: deviation, z: z)
    }

    /// A view of the images in `range`, for the thread that owns `gemm`, or that of this view.
    public func rows(_ range: Range<Int>, gemm: GEMM? = nil) -> Activations {
        Activations(viewing: self, range, gemm ?? self.gemm)
    }

    private init(viewing whole: Activations, _ range: Range<Int>, _ gemm: GEMM) {
        condition = whole.condition.rows(range)
        encoder = whole.encoder.map { $0.rows(range) }
        mu = whole.mu.rows(range)
        logVariance = whole.logVariance.rows(range)
        deviation = whole.deviation.rows(range)
        z = whole.z.rows(range)
        decoder = whole.decoder.map { $0.rows(range) }
        logits = whole.logits.rows(range)
        reconstruction = whole.reconstruction.rows(range)
        self.gemm = gemm
    }
}
