public import Tensors

/// One fully connected layer, `y = x·W + c·V + b` with `c` the one-hot label, where there is one.
///
/// `Values` says who may change it: layers of a `Matrix` are being trained, those of a
/// `ConstantMatrix` are shared.
public struct Dense<Values: ReadableMatrix> {
    /// Its name and sizes.
    public let shape: LayerShape
    /// `W` above `V`, shape `(inputs + classes, outputs)`: what a file holds as one weight.
    public let weight: Values
    /// `b`, shape `(1, outputs)`.
    public let bias: Values

    init(_ shape: LayerShape, carvedFrom buffer: Values, at offset: Int) {
        self.shape = shape
        let rows = shape.inputs + shape.classes
        weight = buffer.slice(at: offset, rows: rows, columns: shape.outputs)
        bias = buffer.slice(at: offset + rows * shape.outputs, rows: 1, columns: shape.outputs)
    }

    /// `W`, shape `(inputs, outputs)`.
    public var inputWeight: Values { weight.rows(0..<shape.inputs) }

    /// `V`, shape `(classes, outputs)`.
    public var classWeight: Values {
        weight.rows(shape.inputs..<(shape.inputs + shape.classes))
    }

    /// Writes `x·W + c·V + b`, or ReLU of it if `rectifying`, into `y`, `(batch, outputs)`; `x` is
    /// `(batch, inputs)` and `condition` holds c, `(batch, classes)`, which layers without classes do
    /// not look at.
    public func forward(
        _ x: Matrix, condition: Matrix, rectifying: Bool = false, into y: Matrix, by gemm: GEMM
    ) {
        gemm.multiply(x, inputWeight, into: y)
        if shape.classes > 0 {
            gemm.multiply(condition, classWeight, into: y, accumulating: true)
        }
        add(bias, toRowsOf: y, rectifying: rectifying)
    }
}

extension Dense: Sendable where Values: Sendable {}
