import Networks
import Tensors
public import VAE

/// Trains a model epoch by epoch.
///
/// Every random number of an epoch comes from a stream addressed by (seed, epoch, step, shard), so
/// a run resumed after any epoch continues exactly as if it had never stopped.
public final class Trainer {
    /// What is being trained, and with what.
    public let step: TrainingStep
    /// How.
    public let recipe: Recipe
    /// One record per finished epoch.
    public internal(set) var history: [EpochRecord] = []

    private let pixels: [UInt8]
    private let labels: [UInt8]?
    private let count: Int
    private let columns: Int
    private let activity: UnitActivity

    /// Prepares to train `parameters` in place on `count` 8-bit images, one after the other in
    /// `pixels`; a conditional model needs the class of each in `labels`.
    ///
    /// A recipe that cuts rectangles out needs to know how many `columns` images have.
    public init(
        _ parameters: Parameters, recipe: Recipe, pixels: [UInt8], count: Int,
        columns: Int? = nil, labels: [UInt8]? = nil
    ) throws(TrainingError) {
        try recipe.validate()
        let classes = parameters.architecture.classes
        if classes > 0 {
            guard let labels, labels.count == count, labels.allSatisfy({ $0 < classes }) else {
                throw .recipe("a conditional model needs a class below \(classes) with each image")
            }
        }
        guard count > 0, pixels.count == count * parameters.architecture.inputs else {
            throw .recipe("\(pixels.count) bytes are not \(count) images of this model's size")
        }
        let inputs = parameters.architecture.inputs
        self.columns = columns ?? inputs
        guard self.columns > 0, inputs % self.columns == 0 else {
            throw .recipe("images of \(inputs) pixels have no \(self.columns) columns")
        }
        self.recipe = recipe
        self.pixels = pixels
        self.labels = labels
        self.count = count
        step = TrainingStep(parameters, recipe: recipe)
        activity = UnitActivity(parameters.architecture.latent)
    }

    /// A copy of the parameters as they are now, of a model that takes images as they are.
    public var weights: Weights {
        guard recipe.standardizes else { return Weights(step.parameters) }
        let folded = Parameters(Weights(step.parameters))
        folded.encoder[0].fold(gain: recipe.inputGain)
        return Weights(folded)
    }

    /// Whether all epochs are done.
    public var isFinished: Bool { history.count >= recipe.epochs }

    /// Optimiser steps per epoch.
    public var stepsPerEpoch: Int { (count + recipe.batch - 1) / recipe.batch }

    /// Runs the next epoch and returns its record, or nil if `progress`, called after every step
    /// with the fraction done and the averages so far, asked to stop by returning false.
    ///
    /// A stopped epoch leaves parameters between two epochs; go back to a checkpoint.
    public func runEpoch(
        _ progress: (Double, LossTerms) -> Bool
    ) throws(TrainingError) -> EpochRecord? {
        let epoch = UInt64(history.count + 1)
        var shuffling = RandomNumbers(seed: recipe.seed, 1, epoch)
        let order = Array(0..<count).shuffled(using: &shuffling)
        activity.reset()
        var sum = LossTerms(loss: 0, reconstruction: 0, kl: 0)
        let clock = ContinuousClock()
        let start = clock.now
        for index in 0..<stepsPerEpoch {
            let first = index * recipe.batch
            let batch = min(recipe.batch, count - first)
            let terms = take(order: order, first: first, batch: batch, address: (epoch, index))
            let weight = Double(batch)
            sum.loss += terms.loss * weight
            sum.reconstruction += terms.reconstruction * weight
            sum.kl += terms.kl * weight
            let seen = Double(first + batch)
            let average = LossTerms(
                loss: sum.loss / seen, reconstruction: sum.reconstruction / seen,
                kl: sum.kl / seen)
            guard average.loss.isFinite else { throw .diverged(epoch: Int(epoch)) }
            guard progress(seen / Double(count), average) else { return nil }
        }
        let total = Double(count)
        let record = EpochRecord(
            epoch: Int(epoch),
            terms: LossTerms(
                loss: sum.loss / total, reconstruction: sum.reconstruction / total,
                kl: sum.kl / total),
            activeUnits: activity.activeUnits(images: count),
            seconds: (clock.now - start) / .seconds(1))
        history.append(record)
        return record
    }

    private func take(
        order: [Int], first: Int, batch: Int, address: (epoch: UInt64, step: Int)
    ) -> LossTerms {
        let parameters = step.parameters
        let inputs = parameters.architecture.inputs
        let (pixels, labels) = (pixels, labels)
        step.optimizer.learningRate = recipe.learningRate(
            step: step.optimizer.steps, of: stepsPerEpoch * recipe.epochs)
        let terms = step.take(batch: batch) { view, range in
            let image = { (position: Int) in
                let start = order[first + position] * inputs
                return start..<(start + inputs)
            }
            for (row, position) in range.enumerated() {
                // The next image is where shuffling put it: anywhere.
                if position + 1 < range.upperBound {
                    prefetch(pixels.span.extracting(image(position + 1)))
                }
                view.images.setRow(row, pixels: pixels.span.extracting(image(position)))
                if let labels, parameters.architecture.isConditional {
                    view.activations.setClass(Int(labels[order[first + position]]), row: row)
                }
            }
            // A stream per range of positions: views are filled at the same time.
            var noise = RandomNumbers(
                seed: recipe.seed, 2, address.epoch, UInt64(address.step), UInt64(range.lowerBound))
            noise.fillWithNormal(view.epsilon)
            if recipe.corrupts {
                for row in 0..<range.count {
                    corrupt(
                        view.images.rows(row..<(row + 1)), into: view.seen.rows(row..<(row + 1)),
                        &noise)
                }
            }
            if recipe.standardizes {
                let source = recipe.corrupts ? view.seen : view.images
                let gain = recipe.inputGain
                forEachElement(view.seen, source) { $0 = ($1 - 0.5) * gain }
            }
        }
        activity.add(step.buffers.activations.mu, rows: batch)
        return terms
    }
}

extension Trainer {
    /// Writes what the encoder is to see of one image into `seen`.
    private func corrupt(_ image: Matrix, into seen: Matrix, _ random: inout RandomNumbers) {
        if recipe.denoising > 0 {
            addNoise(
                to: image, deviation: recipe.denoising * random.nextUniform(), from: &random,
                into: seen)
        } else {
            seen.copy(from: image)
        }
        if recipe.cutout > 0, random.nextUniform() < recipe.cutout {
            cutOut(of: seen, columns: columns, from: &random)
        }
    }
}

extension Dense<Matrix> {
    /// Has it take `x` in place of `gain · (x − ½)`, with the same outputs.
    fileprivate func fold(gain: Float) {
        for column in 0..<weight.columns {
            var sum: Float = 0
            for row in 0..<weight.rows {
                weight[row, column] *= gain
                sum += weight[row, column]
            }
            bias[0, column] -= sum / 2
        }
    }
}

/// What one epoch came to.
public struct EpochRecord: Hashable, Sendable, Codable {
    /// Counted from 1.
    public var epoch: Int
    /// Averages over the epoch's images.
    public var terms: LossTerms
    /// Latent units in use, see `UnitActivity`.
    public var activeUnits: Int
    /// Wall-clock time.
    public var seconds: Double

    /// A record with these values.
    public init(epoch: Int, terms: LossTerms, activeUnits: Int, seconds: Double) {
        (self.epoch, self.terms) = (epoch, terms)
        (self.activeUnits, self.seconds) = (activeUnits, seconds)
    }
}
