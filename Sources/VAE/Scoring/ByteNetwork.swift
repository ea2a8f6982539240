import Networks
import Tensors

/// The layers of a model in 8-bit integers.
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
        /// What one step of its outputs is worth.
        let step: Float
    }

    private let encoder: [Layer]
    /// The outputs of its layers.
    private let hidden: [Buffer2D<UInt8>]
    /// What the encoder makes of reconstructions; empty if they are not encoded.
    private let retraced: [Buffer2D<UInt8>]
    private let heads: (product: PackedLinear, result: ScaledSums)
    private let decoder: [Layer]
    private let output: PackedLinear
    private let pixels: Buffer2D<UInt8>
    private let means: Buffer2D<UInt8>
    private let meanStep: Float

    init(
        _ weights: Weights, _ ranges: ActivationRanges, _ purpose: NetworkPurpose,
        capacity: Int
    ) {
        isWhole = purpose.hasDeviations
        let architecture = weights.architecture
        var step: Float = 1 / 255
        func hiddenLayer(_ layer: Dense<ConstantMatrix>, zero: Int, range: Float) -> Layer {
            let next = range / 255
            let quantized = QuantizedWeights(layer.weight, layer.bias)
            let (scale, bias) = quantized.scales(inputStep: step, zero: zero, outputStep: next)
            step = next
            return Layer(
                product: quantized.product(capacity: capacity),
                result: ScaledSums(capacity: capacity, scale: scale, bias: bias),
                output: Buffer2D(rows: capacity, columns: layer.weight.columns), step: next)
        }
        encoder = zip(weights.encoder, ranges.encoder).map { hiddenLayer($0, zero: 0, range: $1) }
        self.hidden = encoder.map(\.output)
        retraced =
            purpose.retraces
            ? encoder.map { Buffer2D(rows: capacity, columns: $0.output.columns) } : []
        meanStep = ranges.latent / 127
        let last = weights.heads(hasDeviations: isWhole)
        let both = QuantizedWeights(last.weight, last.bias)
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
            hiddenLayer(layer.0, zero: index == 0 ? 128 : 0, range: layer.1)
        }
        let image = QuantizedWeights(weights.output.weight, weights.output.bias)
        let (scale, bias) = image.scales(inputStep: step, zero: 0, outputStep: 1)
        output = image.product(capacity: capacity)
        logits = ScaledSums(capacity: capacity, scale: scale, bias: bias)
        pixels = Buffer2D(rows: capacity, columns: architecture.inputs)
        means = Buffer2D(rows: capacity, columns: architecture.latent)
        kl = Array(repeating: 0, count: capacity)
    }

    func run(_ images: borrowing ImageBatch, _ count: Int) {
        encode(images, count, into: hidden)
        var x = hidden[hidden.count - 1]
        heads.product.apply(to: x, into: heads.result.sums, rows: count)
        if isWhole {
            for row in 0..<count {
                kl[row] = klDivergence(row: row, of: heads.result, means: means, step: meanStep)
            }
        } else {
            heads.result.quantize(count, into: means)
        }
        x = means
        for layer in decoder {
            layer.run(x, count, into: layer.output)
            x = layer.output
        }
        output.apply(to: x, into: logits.sums, rows: count)
    }

    private func encode(
        _ images: borrowing ImageBatch, _ count: Int, into hidden: [Buffer2D<UInt8>]
    ) {
        encoder[0].product.apply(
            to: images, rounding: pixels, into: encoder[0].result.sums, rows: count)
        encoder[0].result.quantize(count, into: hidden[0])
        for index in encoder.indices.dropFirst() {
            encoder[index].run(hidden[index - 1], count, into: hidden[index])
        }
    }

    func reconstruct(_ row: Int, into images: borrowing ImageBatch) {
        images.setRow(row, reconstructedFrom: logits)
    }

    func writePosterior(_ row: Int, into posterior: Matrix) {
        write(row: row, of: heads.result, into: posterior)
    }

    func retrace(
        _ reconstructions: borrowing ImageBatch, _ count: Int, into differences: Matrix
    ) {
        encode(reconstructions, count, into: retraced)
        for row in 0..<count {
            var column = 0
            for index in encoder.indices {
                subtract(
                    row: row, hidden[index], retraced[index], step: encoder[index].step,
                    into: differences, from: column)
                column += hidden[index].columns
            }
        }
    }

    func compare(_ row: Int, of images: borrowing ImageBatch) -> ReconstructionSums {
        Tensors.compare(row: row, of: images, logits: logits)
    }

    func squaredError(
        _ row: Int, of images: borrowing ImageBatch, first count: Int
    ) -> Float {
        Tensors.squaredError(row: row, of: images, logits: logits, first: count)
    }
}

extension ByteNetwork.Layer {
    fileprivate func run(
        _ input: Buffer2D<UInt8>, _ count: Int, into output: Buffer2D<UInt8>
    ) {
        product.apply(to: input, into: result.sums, rows: count)
        result.quantize(count, into: output)
    }
}
