import Glibc
import Tensors
public import VAE

/// Adam (Kingma & Ba, 2015, algorithm 1).
public final class Adam {
    /// First moments, laid out as the parameters.
    public let first: Parameters
    /// Second moments, laid out as the parameters.
    public let second: Parameters
    /// Steps taken; bias correction depends on it.
    public internal(set) var steps = 0

    /// The step size of the next step.
    public var learningRate: Float

    private let decay: (first: Float, second: Float) = (0.9, 0.999)
    private let epsilon: Float = 1e-8

    /// Zero moments for parameters of `architecture`.
    public init(_ architecture: Architecture, learningRate: Float) {
        first = Parameters(architecture)
        second = Parameters(architecture)
        self.learningRate = learningRate
    }

    /// What the step that `steps` counts already does to parameters and moments.
    var rule: AdamRule {
        AdamRule(
            decay: decay, epsilon: epsilon,
            rate: Float(Double(learningRate) / (1 - pow(Double(decay.first), Double(steps)))),
            correction: Float(1 / (1 - pow(Double(decay.second), Double(steps))).squareRoot()))
    }
}
