public import Tensors

/// All weights and biases of a model: one buffer, and a named view of it per layer.
///
/// Weights lie in memory as `(inputs, outputs)`, so that a batch times a weight reads both row by
/// row (a tenth to a third faster here than the other way); files hold `[outputs, inputs]`, as
/// PyTorch does, and are transposed on the way in and out. Gradients and optimiser moments have the
/// same layout, which makes an optimiser step one flat loop.
public struct Parameters: Sendable {
    /// The sizes these parameters are for.
    public let architecture: Architecture
    /// Every parameter, shape `(1, parameterCount)`.
    public let buffer: Matrix
    /// Hidden layers of the encoder, image side first.
    public let encoder: [Dense]
    /// `fc21`, hidden → μ.
    public let mu: Dense
    /// `fc22`, hidden → log σ².
    public let logVariance: Dense
    /// Hidden layers of the decoder, latent side first.
    public let decoder: [Dense]
    /// `fc4`, hidden → logits of the reconstruction.
    public let output: Dense

    /// Zero-filled parameters for `architecture`.
    public init(_ architecture: Architecture) {
        self.architecture = architecture
        buffer = Matrix(rows: 1, columns: architecture.parameterCount)
        var offset = 0
        var layers: [Dense] = []
        for shape in architecture.layers {
            layers.append(Dense(shape, carvedFrom: buffer, at: offset))
            offset += shape.parameterCount
        }
        let depth = architecture.hidden.count
        encoder = Array(layers[..<depth])
        mu = layers[depth]
        logVariance = layers[depth + 1]
        decoder = Array(layers[(depth + 2)..<(2 * depth + 2)])
        output = layers[2 * depth + 2]
    }

    /// Every layer, in the order of `Architecture.layers`.
    public var layers: [Dense] { encoder + [mu, logVariance] + decoder + [output] }

    /// Draws every weight and bias uniformly from ±1/√inputs, as PyTorch's `nn.Linear` does.
    public func initialize(seed: UInt64) {
        for (index, layer) in layers.enumerated() {
            var random = RandomNumbers(seed: seed, 0, UInt64(index))
            let bound = 1 / Float(layer.weight.rows).squareRoot()
            forEachElement(layer.weight) { $0 = (2 * random.nextUniform() - 1) * bound }
            forEachElement(layer.bias) { $0 = (2 * random.nextUniform() - 1) * bound }
        }
    }
}

/// One fully connected layer, `y = x·W + c·V + b` with `c` the one-hot label, where there is one.
public struct Dense: Sendable {
    /// Its name and sizes.
    public let shape: LayerShape
    /// `W` above `V`, shape `(inputs + classes, outputs)`: what a file holds as one weight.
    public let weight: Matrix
    /// `b`, shape `(1, outputs)`.
    public let bias: Matrix

    init(_ shape: LayerShape, carvedFrom buffer: Matrix, at offset: Int) {
        self.shape = shape
        let rows = shape.inputs + shape.classes
        weight = buffer.slice(at: offset, rows: rows, columns: shape.outputs)
        bias = buffer.slice(at: offset + rows * shape.outputs, rows: 1, columns: shape.outputs)
    }

    /// `W`, shape `(inputs, outputs)`.
    public var inputWeight: Matrix { weight.rows(0..<shape.inputs) }

    /// `V`, shape `(classes, outputs)`.
    public var classWeight: Matrix {
        weight.rows(shape.inputs..<(shape.inputs + shape.classes))
    }

    /// Writes `x·W + c·V + b`, or ReLU of it if `rectifying`, into `y`, `(batch, outputs)`; `x` is
    /// `(batch, inputs)` and `condition` holds c, `(batch, classes)`, which layers without classes do
    /// not look at.
    public func forward(
        _ x: Matrix, condition: Matrix, rectifying: Bool = false, into y: Matrix,
        by multiplier: Multiplier
    ) {
        multiplier.multiply(x, inputWeight, into: y)
        if shape.classes > 0 {
            multiplier.multiply(condition, classWeight, into: y, accumulating: true)
        }
        add(bias, toRowsOf: y, rectifying: rectifying)
    }
}
