import Glibc
public import Tensors

/// How a model is trained: everything but the sizes and the data.
///
/// The defaults are the paper's.
public struct Recipe: Hashable, Sendable {
    /// Passes over the training images.
    public var epochs = 50
    /// Images per optimiser step; the last step of an epoch takes what is left.
    public var batch = 128
    /// Adam's step size, that of the first step if it is `schedule`d.
    public var learningRate: Float = 1e-3
    /// How the step size changes over the run.
    public var schedule = Schedule.constant
    /// Weight of the KL term in the loss; 1 makes the loss the negative ELBO.
    public var beta: Float = 1
    /// The largest standard deviation of the Gaussian noise that is added to what the encoder sees,
    /// clipped to [0, 1]; each image draws its own between 0 and this.
    ///
    /// The loss compares with the clean image, so above 0 the model learns to remove noise (Vincent
    /// et al., 2008; Im et al., 2017).
    public var denoising: Float = 0
    /// The probability with which a rectangle of what the encoder sees is blackened, see `cutOut`; the loss
    /// compares with the whole image.
    public var cutout: Float = 0
    /// What the encoder's inputs are multiplied with while it learns, after a half is taken off; 1, the paper's, leaves them as
    /// they are, in [0, 1].
    ///
    /// Features of places vary by a twelfth around a half, which is nearly nothing to weights drawn for inputs of 1: with
    /// a gain of 12 the same six epochs end with half the squared error. `Trainer.weights` have it folded into the first
    /// layer.
    public var inputGain: Float = 1
    /// Where initial weights, shuffling and ε come from.
    public var seed: UInt64 = 1
    /// What products are computed with, `fp32` or `bf16`; sums, weights and the optimiser are 32-bit
    /// floats always.
    public var precision = Precision.fp32
    /// Threads that share each batch.
    ///
    /// Each draws noise of its own, so weights repeat bit for bit only for the same number.
    public var threads = 1

    /// The paper's recipe on one thread.
    public init() {}

    /// How the step size changes over the run.
    public enum Schedule: String, Sendable, CaseIterable {
        /// It stays as it is.
        case constant
        /// It falls to 0 along half a cosine (Loshchilov & Hutter, 2017).
        case cosine
    }

    /// Whether the encoder sees something else than the images.
    var corrupts: Bool { denoising > 0 || cutout > 0 }

    /// Whether inputs are brought to another scale.
    var standardizes: Bool { inputGain != 1 }

    /// Adam's step size at `step`, counted from 0, of `steps`.
    func learningRate(step: Int, of steps: Int) -> Float {
        switch schedule {
        case .constant: learningRate
        case .cosine: learningRate * Float(1 + cos(Double.pi * Double(step) / Double(steps))) / 2
        }
    }

    /// Throws a sentence naming the first value that cannot be used.
    public func validate() throws(TrainingError) {
        let finite = learningRate.isFinite && learningRate > 0 && beta.isFinite && beta >= 0
        guard finite else {
            throw .recipe("learning rate \(learningRate) or β \(beta): the first must be above 0")
        }
        guard denoising.isFinite, denoising >= 0, denoising <= 10 else {
            throw .recipe("noise of standard deviation \(denoising); between 0 and 10 is possible")
        }
        guard cutout >= 0, cutout <= 1 else {
            throw .recipe(
                "a rectangle cut out with probability \(cutout); between 0 and 1 is possible")
        }
        guard inputGain.isFinite, inputGain > 0 else {
            throw .recipe("inputs multiplied with \(inputGain); it must be above 0")
        }
        guard precision != .int8 else { throw .recipe("int8 has no fractions; fp32 or bf16 train") }
        guard precision.isSupported else {
            throw .recipe("bf16 on a processor that lacks the instructions; fp32 works everywhere")
        }
        guard epochs >= 1 else { throw .recipe("\(epochs) epochs; at least 1 is needed") }
        guard (1...65536).contains(batch) else {
            throw .recipe("batch size \(batch) is not between 1 and 65536")
        }
        guard (1...256).contains(threads), threads <= batch else {
            throw .recipe(
                "\(threads) threads for batches of \(batch); between 1 and the batch size")
        }
    }
}

/// The terms of the loss, averaged over the images they were summed for, in nats per image.
public struct LossTerms: Hashable, Sendable, Codable {
    /// `reconstruction + β·kl`.
    public var loss: Double
    /// `−log p(x|z)` summed over pixels.
    public var reconstruction: Double
    /// `KL(q(z|x) ‖ p(z))` summed over latent units.
    public var kl: Double

    /// Terms with these values.
    public init(loss: Double, reconstruction: Double, kl: Double) {
        self.loss = loss
        self.reconstruction = reconstruction
        self.kl = kl
    }
}

/// Why training cannot start or go on.
public enum TrainingError: Error, Sendable, CustomStringConvertible {
    /// A value of the recipe that cannot be used.
    case recipe(String)
    /// A checkpoint that is not of this training run.
    case checkpoint(String)
    /// The loss stopped being a number.
    case diverged(epoch: Int)

    /// One sentence an operator can act on.
    public var description: String {
        switch self {
        case .recipe(let text): "impossible recipe: \(text)"
        case .checkpoint(let text): "cannot resume: \(text)"
        case .diverged(let epoch):
            "the loss is not finite in epoch \(epoch); lower the learning rate"
        }
    }
}
