import Networks
import Tensors

/// The layers of a model in floats, of 32 bits or bfloat16.
final class FloatNetwork<Element: ActivationElement>: Network {
    private(set) var kl: [Float]

    private let isWhole: Bool
    /// Nil if it is computed elsewhere.
    private let first: PackedLinear?
    private let layers: (encoder: [PackedLinear], heads: PackedLinear, decoder: [PackedLinear])
    private let output: PackedLinear
    private let pixels: Buffer2D<Element>
    private let hidden: (encoder: [Buffer2D<Element>], decoder: [Buffer2D<Element>])
    /// What the encoder makes of reconstructions; empty if they are not encoded.
    private let retraced: [Buffer2D<Element>]
    private let (means, posterior): (Buffer2D<Element>, Matrix)
    private let logits: Matrix

    /// With `firstLayerIsGiven` it is run from preactivations alone.
    init(
        _ weights: Weights, _ purpose: NetworkPurpose, firstLayerIsGiven: Bool, capacity: Int
    ) {
        isWhole = purpose.hasDeviations
        let architecture = weights.architecture
        let values = { (columns: Int) in Buffer2D<Element>(rows: capacity, columns: columns) }
        let product = {
            (
                weight: ConstantMatrix, bias: ConstantMatrix, rectifying: Bool,
                output: Precision
            ) in
            PackedLinear(
                weight, bias: bias, as: Element.precision, rectifying: rectifying, output: output,
                capacity: capacity)
        }
        let heads = weights.heads(hasDeviations: isWhole)
        let layer = weights.encoder[0]
        first =
            firstLayerIsGiven
            ? nil
            : product(
                Element.unit == 1
                    ? layer.weight : ConstantMatrix(layer.weight.scaled(by: Element.unit)),
                layer.bias, true, Element.precision)
        layers = (
            weights.encoder.dropFirst().map {
                product($0.weight, $0.bias, true, Element.precision)
            },
            product(heads.weight, heads.bias, false, isWhole ? .fp32 : Element.precision),
            weights.decoder.map { product($0.weight, $0.bias, true, Element.precision) }
        )
        output = product(weights.output.weight, weights.output.bias, false, .fp32)
        hidden = (architecture.hidden.map(values), architecture.hidden.reversed().map(values))
        retraced = purpose.retraces ? architecture.hidden.map(values) : []
        pixels = Buffer2D(rows: firstLayerIsGiven ? 0 : capacity, columns: architecture.inputs)
        means = values(architecture.latent)
        posterior = Matrix(rows: capacity, columns: isWhole ? 2 * architecture.latent : 0)
        logits = Matrix(rows: capacity, columns: architecture.inputs)
        kl = Array(repeating: 0, count: capacity)
    }

    func run(_ images: borrowing ImageBatch, _ count: Int) {
        encode(images, count, into: hidden.encoder)
        decode(count)
    }

    func run(preactivations: Matrix, _ count: Int) {
        Element.rectify(preactivations, rows: count, into: hidden.encoder[0])
        encodeFurther(count, into: hidden.encoder)
        decode(count)
    }

    private func decode(_ count: Int) {
        var x = hidden.encoder[hidden.encoder.count - 1]
        if isWhole {
            Element.apply(layers.heads, to: x, into: posterior, rows: count)
            for row in 0..<count {
                kl[row] = Element.klDivergence(row, of: posterior, means: means)
            }
        } else {
            Element.apply(layers.heads, to: x, into: means, rows: count)
        }
        x = means
        for index in layers.decoder.indices {
            Element.apply(layers.decoder[index], to: x, into: hidden.decoder[index], rows: count)
            x = hidden.decoder[index]
        }
        Element.apply(output, to: x, into: logits, rows: count)
    }

    private func encode(
        _ images: borrowing ImageBatch, _ count: Int, into hidden: [Buffer2D<Element>]
    ) {
        guard let first else { preconditionFailure("the first layer is computed elsewhere") }
        Element.widen(images, count, into: pixels)
        Element.apply(first, to: pixels, into: hidden[0], rows: count)
        encodeFurther(count, into: hidden)
    }

    private func encodeFurther(_ count: Int, into hidden: [Buffer2D<Element>]) {
        for (index, layer) in layers.encoder.enumerated() {
            Element.apply(layer, to: hidden[index], into: hidden[index + 1], rows: count)
        }
    }

    func reconstruct(_ row: Int, into images: borrowing ImageBatch) {
        images.setRow(row, reconstructedFrom: logits)
    }

    func writePosterior(_ row: Int, into posterior: Matrix) {
        posterior.rows(row..<(row + 1)).copy(from: self.posterior.rows(row..<(row + 1)))
    }

    func retrace(
        _ reconstructions: borrowing ImageBatch, _ count: Int, into differences: Matrix
    ) {
        encode(reconstructions, count, into: retraced)
        for row in 0..<count {
            var column = 0
            for index in retraced.indices {
                let h = hidden.encoder[index]
                Element.subtract(row, h, retraced[index], into: differences, from: column)
                column += h.columns
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
