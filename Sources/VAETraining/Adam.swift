import Glibc
public import Tensors

/// Adam (Kingma & Ba, 2015, algorithm 1) over one flat buffer of parameters.
public final class Adam {
    /// First moments, `(1, parameterCount)`.
    public let first: Matrix
    /// Second moments, `(1, parameterCount)`.
    public let second: Matrix
    /// Steps taken; bias correction depends on it.
    public var steps = 0

    private let learningRate: Float
    private let decay: (first: Float, second: Float) = (0.9, 0.999)
    private let epsilon: Float = 1e-8

    /// Zero moments for `count` parameters.
    public init(count: Int, learningRate: Float) {
        first = Matrix(rows: 1, columns: count)
        second = Matrix(rows: 1, columns: count)
        self.learningRate = learningRate
    }

    /// Updates the parameters in `range`; call `steps += 1` once before the ranges of a step.
    func update(_ parameters: Matrix, gradient: Matrix, range: Range<Int>) {
        let (beta1, beta2, epsilon) = (decay.first, decay.second, epsilon)
        let rate = Float(Double(learningRate) / (1 - pow(Double(beta1), Double(steps))))
        let correction = Float(1 / (1 - pow(Double(beta2), Double(steps))).squareRoot())
        let part = { (matrix: Matrix) in
            matrix.slice(at: range.lowerBound, rows: 1, columns: range.count)
        }
        @inline(__always)  // a closure literal here is called sixteen lanes at a time, not inlined
        func rule(_ p: inout Lanes, _ m: inout Lanes, _ v: inout Lanes, _ g: Lanes) {
            m = beta1 * m + (1 - beta1) * g
            v = beta2 * v + (1 - beta2) * g * g
            p -= rate * m / (squareRoot(v) * correction + epsilon)
        }
        forEachVector(part(parameters), part(first), part(second), part(gradient), rule)
    }
}
