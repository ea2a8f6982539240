public import Tensors

/// Weights as −127…127, in steps of their own for every output.
public struct QuantizedWeights {
    private let (inputs, outputs): (Int, Int)
    private var integers: [Int8] = []
    private var steps: [Float]
    private var columnSums: [Int]
    private let bias: [Float]

    /// Quantises the weights of one layer.
    public init(_ weight: ConstantMatrix, _ bias: ConstantMatrix) {
        (inputs, outputs) = (weight.rows, weight.columns)
        self.bias = bias.elements
        let elements = weight.elements
        steps = Array(repeating: 0, count: outputs)
        columnSums = Array(repeating: 0, count: outputs)
        for (index, element) in elements.enumerated() {
            steps[index % outputs] = max(steps[index % outputs], abs(element))
        }
        // An output of nothing but zeros has any step.
        steps = steps.map { $0 > 0 ? $0 / 127 : 1 }
        integers.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            let value = Int8((element / steps[index % outputs]).rounded(.toNearestOrEven))
            integers.append(value)
            columnSums[index % outputs] += Int(value)
        }
    }

    /// The layer's products, for batches of at most `capacity` rows.
    public func product(capacity: Int) -> PackedLinear {
        PackedLinear(integers, inputs: inputs, outputs: outputs, capacity: capacity)
    }

    /// What makes outputs in steps of `outputStep` of sums over inputs in steps of `inputStep` that have
    /// `zero` for zero.
    public func scales(inputStep: Float, zero: Int, outputStep: Float) -> (
        scale: [Float], bias: [Float]
    ) {
        let scale = steps.map { $0 * inputStep / outputStep }
        let offsets = zip(bias, zip(columnSums, scale)).map { bias, column in
            bias / outputStep - Float(zero * column.0) * column.1
        }
        return (scale, offsets)
    }
}
