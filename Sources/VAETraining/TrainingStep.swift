import Tensors
public import VAE

/// One optimiser step on one batch, spread over threads: forward, backward, sum, update.
///
/// The batch is cut into one shard per thread. Every shard's gradient goes to a buffer of its own
/// and the buffers are summed in shard order, so a run repeats bit for bit.
public final class TrainingStep {
    /// The parameters being trained, changed in place by every step.
    public let parameters: Parameters
    /// The optimiser and its moments.
    public let optimizer: Adam
    /// One per thread.
    public let shards: [Shard]
    private let beta: Float

    /// Trains `parameters` in place.
    public init(_ parameters: Parameters, recipe: Recipe) {
        self.parameters = parameters
        beta = recipe.beta
        optimizer = Adam(
            count: parameters.architecture.parameterCount, learningRate: recipe.learningRate)
        let capacity = (recipe.batch + recipe.threads - 1) / recipe.threads
        shards = (0..<recipe.threads).map { _ in Shard(parameters.architecture, capacity: capacity)
        }
    }

    /// Takes one step on `batch` images and returns the loss before it, averaged over the batch.
    ///
    /// `fill` is called once per shard, on the shard's thread, with the positions of the batch that
    /// it must write into the shard's `images` and `epsilon`.
    public func take(batch: Int, fill: (Shard, Int, Range<Int>) -> Void) -> LossTerms {
        let terms = measure(batch: batch, fill: fill)
        optimizer.steps += 1
        let count = parameters.buffer.count
        concurrently(shards.count) { index in
            let range = Self.part(index, of: shards.count, count: count)
            let part = { (shard: Shard) in
                shard.gradient.buffer.slice(at: range.lowerBound, rows: 1, columns: range.count)
            }
            for other in shards.dropFirst() {
                forEachElement(part(shards[0]), part(other)) { $0 += $1 }
            }
            optimizer.update(
                parameters.buffer, gradient: shards[0].gradient.buffer, range: range)
        }
        return terms
    }

    /// The loss and, in the shards, its gradient, without a step.
    func measure(batch: Int, fill: (Shard, Int, Range<Int>) -> Void) -> LossTerms {
        concurrently(shards.count) { index in
            let (shard, range) = (shards[index], Self.part(index, of: shards.count, count: batch))
            shard.count = range.count
            fill(shard, index, range)
            shard.forward(parameters)
            shard.backward(parameters, beta: beta, batch: batch)
        }
        let reconstruction = shards.reduce(0) { $0 + $1.reconstruction } / Double(batch)
        let kl = shards.reduce(0) { $0 + $1.kl } / Double(batch)
        return LossTerms(
            loss: reconstruction + Double(beta) * kl, reconstruction: reconstruction, kl: kl)
    }

    /// The gradient of the last `measure`, summed over shards; `(1, parameterCount)`.
    package func gradient(batch: Int, fill: (Shard, Int, Range<Int>) -> Void)
        -> (terms: LossTerms, gradient: Parameters)
    {
        let terms = measure(batch: batch, fill: fill)
        let sum = Parameters(parameters.architecture)
        for shard in shards { forEachElement(sum.buffer, shard.gradient.buffer) { $0 += $1 } }
        return (terms, sum)
    }

    /// The `index`-th of `parts` nearly equal, consecutive parts of `0..<count`.
    static func part(_ index: Int, of parts: Int, count: Int) -> Range<Int> {
        (count * index / parts)..<(count * (index + 1) / parts)
    }
}
