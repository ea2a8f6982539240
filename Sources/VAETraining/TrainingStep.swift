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
    /// One per thread.
    private let functions: [Activations.Functions]
    private let gradient: Parameters
    private let team: ThreadTeam

    /// Trains `parameters` in place.
    public init(_ parameters: Parameters, recipe: Recipe) {
        self.parameters = parameters
        beta = recipe.beta
        let architecture = parameters.architecture
        optimizer = Adam(architecture, learningRate: recipe.learningRate)
        buffers = BatchBuffers(
            architecture, capacity: recipe.batch, denoising: recipe.denoising > 0)
        let share = (recipe.batch + recipe.threads - 1) / recipe.threads
        functions = (0..<recipe.threads).map { _ in
            Activations.Functions(architecture, capacity: share)
        }
        gradient = Parameters(architecture)
        team = ThreadTeam(count: recipe.threads)
    }

    /// Takes one step on `batch` images and returns the loss before it, averaged over the batch.
    ///
    /// `fill` is called once per thread with a view of the buffers and the positions in the batch
    /// that it must write into the view's `images` and `epsilon`, when denoising `seen`, and for a
    /// conditional model the classes of `activations`.
    public func take(batch: Int, fill: (BatchBuffers, Range<Int>) -> Void) -> LossTerms {
        let terms = propagate(batch: batch, fill: fill)
        optimizer.steps += 1
        forEachBand(batch: batch) { weights, first, second, gradient in
            optimizer.update(weights, first, second, gradient: gradient)
        }
        return terms
    }

    /// The loss and its gradient, without a step; the gradient is overwritten by the next call.
    package func measure(
        batch: Int, fill: (BatchBuffers, Range<Int>) -> Void
    ) -> (terms: LossTerms, gradient: Parameters) {
        let terms = propagate(batch: batch, fill: fill)
        forEachBand(batch: batch) { _, _, _, _ in }
        return (terms, gradient)
    }

    /// Runs the batch forward and backward, each thread its rows.
    private func propagate(batch: Int, fill: (BatchBuffers, Range<Int>) -> Void) -> LossTerms {
        let threads = functions.count
        var sums = [(reconstruction: Double, kl: Double)](repeating: (0, 0), count: threads)
        let views = (0..<threads).map { index in
            buffers.rows(part(index, of: threads, count: batch), functions: functions[index])
        }
        team.run(collecting: &sums) { index in
            fill(views[index], part(index, of: threads, count: batch))
            let sum = views[index].forward(parameters)
            views[index].backward(parameters, beta: beta, batch: batch)
            return sum
        }
        let reconstruction = sums.reduce(0) { $0 + $1.reconstruction } / Double(batch)
        let kl = sums.reduce(0) { $0 + $1.kl } / Double(batch)
        return LossTerms(
            loss: reconstruction + Double(beta) * kl, reconstruction: reconstruction, kl: kl)
    }

    /// Computes the gradient, each thread its bands, and calls `body` with each band of parameters,
    /// moments and gradient as soon as it is there.
    private func forEachBand(batch: Int, _ body: (Matrix, Matrix, Matrix, Matrix) -> Void) {
        let whole = buffers.rows(0..<batch, functions: functions[0])
        let (flows, threads) = (whole.layerFlows, functions.count)
        team.run { thread in
            for (index, flow) in flows.enumerated() {
                let (weights, first, second, gradient) = (
                    parameters.layers[index], optimizer.first.layers[index],
                    optimizer.second.layers[index], gradient.layers[index]
                )
                let band = part(thread, of: threads, count: weights.shape.inputs)
                multiply(
                    transposing: band, of: flow.input, by: flow.delta,
                    into: gradient.weight.rows(band))
                body(
                    weights.weight.rows(band), first.weight.rows(band), second.weight.rows(band),
                    gradient.weight.rows(band))
                if thread == index % threads {
                    sumRows(of: flow.delta, into: gradient.bias)
                    body(weights.bias, first.bias, second.bias, gradient.bias)
                    guard weights.shape.classes > 0 else { continue }
                    multiply(
                        transposing: 0..<weights.shape.classes, of: whole.activations.condition,
                        by: flow.delta, into: gradient.classWeight)
                    body(
                        weights.classWeight, first.classWeight, second.classWeight,
                        gradient.classWeight)
                }
            }
        }
    }
}

/// The `index`-th of `parts` nearly equal, consecutive parts of `0..<count`.
private func part(_ index: Int, of parts: Int, count: Int) -> Range<Int> {
    (count * index / parts)..<(count * (index + 1) / parts)
}
