import Networks
import Tensors
public import VAE

/// One optimiser step on one batch, spread over threads.
///
/// First the images are shared out: each thread runs its rows of the batch forward and backward.
/// Then the parameters are: each thread computes a band of every weight's gradient over the whole
/// batch and updates it at once, while it is in the cache. No gradient is summed across threads.
public final class TrainingStep {
    /// The parameters being trained, changed in place by every step.
    public let parameters: Parameters
    /// The optimiser and its moments.
    public let optimizer: Adam
    /// The current batch.
    public let buffers: BatchBuffers

    private let beta: Float
    private let gradient: Parameters
    private let team: ThreadTeam
    /// One per thread.
    private let gemms: [GEMM]
    /// One per thread, for batches of `prepared` images.
    private var shares: [Share] = []
    private var prepared = 0
    private var sums: [(reconstruction: Double, kl: Double)]

    /// Trains `parameters` in place.
    public init(_ parameters: Parameters, recipe: Recipe) {
        self.parameters = parameters
        beta = recipe.beta
        let architecture = parameters.architecture
        optimizer = Adam(architecture, learningRate: recipe.learningRate)
        buffers = BatchBuffers(
            architecture, capacity: recipe.batch, corrupting: recipe.corrupts || recipe.standardizes
        )
        gradient = Parameters(architecture)
        team = ThreadTeam(count: recipe.threads)
        gemms = (0..<recipe.threads).map { _ in GEMM(recipe.precision) }
        sums = Array(repeating: (0, 0), count: recipe.threads)
    }

    deinit {
        // Each thread touches its own element alone.
        unsafe team.run { [gemms] thread in gemms[thread].releaseKernels() }
    }

    /// Takes one step on `batch` images and returns the loss before it, averaged over the batch.
    ///
    /// `fill` is called once per thread with a view of the buffers and the positions in the batch
    /// that it must write into the view's `images` and `epsilon`, where images are corrupted or standardised `seen`, and for a
    /// conditional model the classes of `activations`.
    public func take(batch: Int, fill: (BatchBuffers, Range<Int>) -> Void) -> LossTerms {
        let terms = propagate(batch: batch, fill: fill)
        optimizer.steps += 1
        let rule = optimizer.rule
        forEachBand { rule.apply($0.parameters, $0.first, $0.second, gradient: $0.gradient) }
        return terms
    }

    /// The loss and its gradient, without a step; the gradient is overwritten by the next call.
    public func measure(
        batch: Int, fill: (BatchBuffers, Range<Int>) -> Void
    ) -> (terms: LossTerms, gradient: Parameters) {
        let terms = propagate(batch: batch, fill: fill)
        forEachBand { _ in }
        return (terms, gradient)
    }

    /// Runs the batch forward and backward, each thread its rows.
    private func propagate(batch: Int, fill: (BatchBuffers, Range<Int>) -> Void) -> LossTerms {
        if batch != prepared { prepare(batch: batch) }
        // Threads read the parameters and write rows of disjoint images.
        unsafe team.run(collecting: &sums) { [shares] thread in
            fill(shares[thread].images, shares[thread].range)
            let sum = shares[thread].images.forward(parameters, batch: batch)
            shares[thread].images.backward(parameters, beta: beta, batch: batch)
            return sum
        }
        let reconstruction = sums.reduce(0) { $0 + $1.reconstruction } / Double(batch)
        let kl = sums.reduce(0) { $0 + $1.kl } / Double(batch)
        return LossTerms(
            loss: reconstruction + Double(beta) * kl, reconstruction: reconstruction, kl: kl)
    }

    /// Computes the gradient, each thread its bands, and calls `body` with each band as soon as its
    /// gradient is there.
    private func forEachBand(_ body: (Band) -> Void) {
        // Threads read the activations of all images and write disjoint bands of the parameters.
        unsafe team.run { [shares, gemms] thread in
            for band in shares[thread].bands {
                band.computeGradient(by: gemms[thread])
                body(band)
            }
        }
    }

    /// Shares out batches of `batch` images, and the parameters.
    private func prepare(batch: Int) {
        let whole = buffers.rows(0..<batch, gemm: gemms[0])
        shares = (0..<team.count).map { thread in
            let range = part(thread, of: team.count, count: batch)
            let images = buffers.rows(range, gemm: gemms[thread])
            return Share(images: images, range: range, bands: bands(thread, of: whole))
        }
        prepared = batch
    }

    private func bands(_ thread: Int, of whole: BatchBuffers) -> [Band] {
        var bands: [Band] = []
        for (index, flow) in whole.layerFlows.enumerated() {
            let parts = [parameters, optimizer.first, optimizer.second, gradient]
                .map { $0.layers[index] }
            func add(_ origin: Band.Origin, _ matrix: (Dense<Matrix>) -> Matrix) {
                let matrices = parts.map(matrix)
                bands.append(
                    Band(
                        origin: origin, delta: flow.delta, parameters: matrices[0],
                        first: matrices[1], second: matrices[2], gradient: matrices[3]))
            }
            let shape = parts[0].shape
            let range = part(thread, of: team.count, count: shape.inputs)
            add(.product(flow.input, range)) { $0.weight.rows(range) }
            guard thread == index % team.count else { continue }
            add(.sum) { $0.bias }
            guard shape.classes > 0 else { continue }
            add(.product(whole.activations.condition, 0..<shape.classes)) { $0.classWeight }
        }
        return bands
    }
}

/// What one thread does of a step.
private struct Share {
    /// Its images of the batch.
    let images: BatchBuffers
    /// Which ones those are.
    let range: Range<Int>
    /// Its part of the parameters.
    let bands: [Band]
}

/// Some rows of a layer's weight, or its bias, and what its gradient comes from.
struct Band {
    /// What, with the gradient `delta` of the layer's outputs, makes the gradient.
    enum Origin {
        /// Some columns of the layer's inputs: `inputsᵀ·delta`.
        case product(Matrix, Range<Int>)
        /// Nothing: the sum of the rows of `delta`.
        case sum
    }

    let origin: Origin
    let delta: Matrix
    let parameters: Matrix
    let first: Matrix
    let second: Matrix
    let gradient: Matrix

    func computeGradient(by gemm: GEMM) {
        switch origin {
        case .product(let input, let columns):
            gemm.multiply(transposing: columns, of: input, by: delta, into: gradient)
        case .sum:
            sumRows(of: delta, into: gradient)
        }
    }
}

/// The `index`-th of `parts` nearly equal, consecutive parts of `0..<count`.
private func part(_ index: Int, of parts: Int, count: Int) -> Range<Int> {
    (count * index / parts)..<(count * (index + 1) / parts)
}
