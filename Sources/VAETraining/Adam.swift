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

    /// Updates one matrix of parameters, given its moments and its gradient; all of one shape.
    ///
    /// `steps` counts this step already.
    func update(_ parameters: Matrix, _ first: Matrix, _ second: Matrix, gradient: Matrix) {
        let (beta1, beta2, epsilon) = (decay.first, decay.second, epsilon)
        let rate = Float(Double(learningRate) / (1 - pow(Double(beta1), Double(steps))))
        let correction = Float(1 / (1 - pow(Double(beta2), Double(steps))).squareRoot())
        @inline(__always)  // a closure literal here is called eight lanes at a time, not inlined
        func rule(_ p: inout Lanes, _ m: inout Lanes, _ v: inout Lanes, _ g: Lanes) {
            m = beta1 * m + (1 - beta1) * g
            v = beta2 * v + (1 - beta2) * g * g
            p -= quotient(rate * m, squareRoot(v) * correction + epsilon)
        }
        forEachVector(parameters, first, second, gradient, rule)
    }
}
