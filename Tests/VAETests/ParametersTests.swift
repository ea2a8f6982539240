import Networks
import Tensors
import Testing
import VAE

@Suite struct ParametersTests {
    @Test func `weights and biases follow each other in one buffer, layer by layer`() {
        let architecture = Architecture(inputs: 5, hidden: [4, 3], latent: 2)
        let parameters = Parameters(architecture)
        forEachNumbered(parameters.buffer)
        var next: Float = 0
        for (layer, shape) in zip(parameters.layers, architecture.layers) {
            #expect(layer.shape == shape)
            #expect(layer.weight.rows == shape.inputs && layer.weight.columns == shape.outputs)
            #expect(layer.bias.rows == 1 && layer.bias.columns == shape.outputs)
            for part in [layer.weight, layer.bias] {
                #expect(part.elements == (0..<part.count).map { next + Float($0) }, "\(shape.name)")
                next += Float(part.count)
            }
        }
        #expect(Int(next) == architecture.parameterCount)
        #expect(parameters.layers.count == architecture.layers.count)
    }

    @Test func `a layer computes x·W + b`() {
        let layer = Parameters(Architecture(inputs: 2, hidden: [3], latent: 1)).encoder[0]
        layer.weight.copy(from: Matrix(rows: 2, columns: 3, [1, 2, 3, 4, 5, 6]))
        layer.bias.copy(from: Matrix(rows: 1, columns: 3, [0.5, 0, -1]))
        let y = Matrix(rows: 2, columns: 3, [9, 9, 9, 9, 9, 9])
        layer.forward(
            Matrix(rows: 2, columns: 2, [1, 10, -1, 2]), condition: Matrix(rows: 2, columns: 0),
            into: y, by: GEMM())
        #expect(y.elements == [41.5, 52, 62, 7.5, 8, 8])
    }

    @Test func `initial weights are uniform in ±1/√inputs and depend on seed and layer alone`() {
        let architecture = Architecture(inputs: 100, hidden: [50], latent: 50)
        let parameters = ([1, 1, 2] as [UInt64]).map { seed in
            let parameters = Parameters(architecture)
            parameters.initialize(seed: seed)
            return parameters
        }
        #expect(parameters[0].buffer.elements == parameters[1].buffer.elements)
        #expect(parameters[0].buffer.elements != parameters[2].buffer.elements)
        #expect(parameters[0].mu.weight.elements != parameters[0].logVariance.weight.elements)
        let first = parameters[0].encoder[0].weight.elements
        #expect(first.allSatisfy { abs($0) <= 0.1 })
        let mean = first.reduce(0, +) / Float(first.count)
        let square = first.reduce(0) { $0 + $1 * $1 } / Float(first.count)
        // The variance of a uniform number in ±0.1 is 0.1²/3; 5000 of them scatter by 1.3 %.
        #expect(abs(mean) < 0.004)
        #expect(abs(square * 300 - 1) < 0.06)
    }

    private func forEachNumbered(_ matrix: Matrix) {
        var number: Float = 0
        forEachElement(matrix) {
            $0 = number
            number += 1
        }
    }
}
