import Networks
import Tensors

/// The layers of a model in 8-bit whole numbers.
///
/// Weights are counted in steps of their own for every output, activations in 255 steps of the range
/// they take on normal images (means: 127 to either side of 128). Pixels go in as they are. Scales, zero
/// points and biases are folded into one multiplication and one addition per output, after sums that
/// are exact.
final class ByteNetwork: Network {
    private let logits: ScaledSums
    private let isWhole: Bool
    private(set) var kl: [Float]

    fileprivate struct Layer {
        let product: PackedLinear
        let result: ScaledSums
        let output: Buffer2D<UInt8>
    }

    private let encoder: [Layer]
    private let heads: (product: PackedLinear, result: ScaledSums)
    private let decoder: [Layer]
    private let output: PackedLinear
    private let pixels: Buffer2D<UInt8>
    private let means: Buffer2D<UInt8>
    private let meanStep: Float

    init(
        _ weights: Weights, _ ranges: ActivationRanges, _ extent: ScoringEngine.ScoreSet,
        capacity: Int
    ) {
        isWhole = extent == .all
        let architecture = weights.architecture
        var step: Float = 1 / 255
        func hidden(_ layer: Dense<ConstantMatrix>, zero: Int, range: Float) -> Layer {
            let next = range / 255
            let quantized = ByteWeights(layer.weight, layer.bias)
            let (scale, bias) = quantized.scales(inputStep: step, zero: zero, outputStep: next)
            step = next
            return Layer(
                product: quantized.product(capacity: capacity),
                result: ScaledSums(capacity: capacity, scale: scale, bias: bias),
                output: Buffer2D(rows: capacity, columns: layer.weight.columns))
        }
        encoder = zip(weights.encoder, ranges.encoder).map { hidden($0, zero: 0, range: $1) }
        meanStep = ranges.latent / 127
        let last = weights.heads(extent)
        let both = ByteWeights(last.weight, last.bias)
        let posterior = both.scales(
            inputStep: step, zero: 0, outputStep: isWhole ? 1 : meanStep)
        heads = (
            both.product(capacity: capacity),
            ScaledSums(
                capacity: capacity, scale: posterior.scale,
                bias: isWhole ? posterior.bias : posterior.bias.map { $0 + 128 })
        )
        step = meanStep
        decoder = zip(weights.decoder, ranges.decoder).enumerated().map { index, layer in
            hidden(layer.0, zero: index == 0 ? 128 : 0, range: layer.1)
        }
        let image = ByteWeights(weights.output.weight, weights.output.bias)
        let (scale, bias) = image.scales(inputStep: step, zero: 0, outputStep: 1)
        output = image.product(capacity: capacity)
        logits = ScaledSums(capacity: capacity, scale: scale, bias: bias)
        pixels = Buffer2D(rows: capacity, columns: architecture.inputs)
        means = Buffer2D(rows: capacity, columns: architecture.latent)
        kl = Array(repeating: 0, count: capacity)
    }

    func run(_ images: borrowing ImageBatch, _ count: Int) {
        encoder[0].product.apply(
            to: images, rounding: pixels, into: encoder[0].result.sums, rows: count)
        encoder[0].result.quantize(count, into: encoder[0].output)
        var x = encoder[0].output
        for layer in encoder.dropFirst() { x = layer.run(x, count) }
        heads.product.apply(to: x, into: heads.result.sums, rows: count)
        if isWhole {
            for row in 0..<count {
                kl[row] = klDivergence(row: row, of: heads.result, means: means, step: meanStep)
            }
        } else {
            heads.result.quantize(count, into: means)
        }
        x = means
        for layer in decoder { x = layer.run(x, count) }
        output.apply(to: x, into: logits.sums, rows: count)
    }

    func compare(_ row: Int, of images: borrowing ImageBatch) -> ReconstructionSums {
        Tensors.compare(row: row, of: images, logits: logits)
    }

    func squaredError(_ row: Int, of images: borrowing ImageBatch) -> Float {
        Tensors.squaredError(row: row, of: images, logits: logits)
    }
}

extension ByteNetwork.Layer {
    fileprivate func run(_ input: Buffer2D<UInt8>, _ count: Int) -> Buffer2D<UInt8> {
        product.apply(to: input, into: result.sums, rows: count)
        result.quantize(count, into: output)
        return output
    }
}

/// Weights as −127…127, in steps of their own for every output.
private struct ByteWeights {
    private let (inputs, outputs): (Int, Int)
    private var whole: [Int8] = []
    private var steps: [Float]
    private var columnSums: [Int]
    private let bias: [Float]

    init(_ weight: ConstantMatrix, _ bias: ConstantMatrix) {
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
        whole.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            let value = Int8((element / steps[index % outputs]).rounded(.toNearestOrEven))
            whole.append(value)
            columnSums[index % outputs] += Int(value)
        }
    }

    func product(capacity: Int) -> PackedLinear {
        PackedLinear(whole, inputs: inputs, outputs: outputs, capacity: capacity)
    }

    /// What makes outputs in steps of `outputStep` of sums over inputs in steps of `inputStep` that have
    /// `zero` for zero.
    func scales(inputStep: Float, zero: Int, outputStep: Float) -> (scale: [Float], bias: [Float]) {
        let scale = steps.map { $0 * inputStep / outputStep }
        let offsets = zip(bias, zip(columnSums, scale)).map { bias, column in
            bias / outputStep - Float(zero * column.0) * column.1
        }
        return (scale, offsets)
    }
}
