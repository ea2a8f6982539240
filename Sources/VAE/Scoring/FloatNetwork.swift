import Networks
import Tensors

/// The layers of a model in floats, of 32 bits or bfloat16.
final class FloatNetwork<Element: ActivationElement>: Network {
    private(set) var kl: [Float]

    private let isWhole: Bool
    private let layers: (encoder: [PackedLinear], heads: PackedLinear, decoder: [PackedLinear])
    private let output: PackedLinear
    private let pixels: Buffer2D<Element>
    private let hidden: (encoder: [Buffer2D<Element>], decoder: [Buffer2D<Element>])
    private let (means, posterior): (Buffer2D<Element>, Matrix)
    private let logits: Matrix

    init(_ weights: Weights, _ extent: ScoringEngine.ScoreSet, capacity: Int) {
        isWhole = extent == .all
        let architecture = weights.architecture
        let values = { (columns: Int) in Buffer2D<Element>(rows: capacity, columns: columns) }
        let product = {
            (
                weight: ConstantMatrix, bias: ConstantMatrix, rectifying: Bool,
                output: PackedLinear.Output
            ) in
            PackedLinear(
                weight, bias: bias, as: Element.arithmetic, rectifying: rectifying, output: output,
                capacity: capacity)
        }
        let heads = weights.heads(extent)
        layers = (
            weights.encoder.enumerated().map { index, layer in
                let scaled = index == 0 && Element.unit != 1
                let weight =
                    scaled ? ConstantMatrix(layer.weight.scaled(by: Element.unit)) : layer.weight
                return product(weight, layer.bias, true, Element.output)
            }, product(heads.weight, heads.bias, false, isWhole ? .single : Element.output),
            weights.decoder.map { product($0.weight, $0.bias, true, Element.output) }
        )
        output = product(weights.output.weight, weights.output.bias, false, .single)
        hidden = (architecture.hidden.map(values), architecture.hidden.reversed().map(values))
        pixels = values(architecture.inputs)
        means = values(architecture.latent)
        posterior = Matrix(rows: capacity, columns: isWhole ? 2 * architecture.latent : 0)
        logits = Matrix(rows: capacity, columns: architecture.inputs)
        kl = Array(repeating: 0, count: capacity)
    }

    func run(_ images: borrowing ImageBatch, _ count: Int) {
        Element.widen(images, count, into: pixels)
        var x = pixels
        for index in layers.encoder.indices {
            Element.apply(layers.encoder[index], to: x, into: hidden.encoder[index], rows: count)
            x = hidden.encoder[index]
        }
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

    func compare(_ row: Int, of images: borrowing ImageBatch) -> ReconstructionSums {
        Tensors.compare(row: row, of: images, logits: logits)
    }

    func squaredError(_ row: Int, of images: borrowing ImageBatch) -> Float {
        Tensors.squaredError(row: row, of: images, logits: logits)
    }
}

/// One kind of float that activations are kept in.
protocol ActivationElement: BitwiseCopyable {
    /// What layers between such activations compute with, and put out.
    static var arithmetic: PackedLinear.Arithmetic { get }
    static var output: PackedLinear.Output { get }

    /// What a pixel that is 1 here is in [0, 1]: bfloat16 holds the bytes 0…255 exactly, and no 255th of
    /// them, so the first layer's weights are that much smaller.
    static var unit: Float { get }
    /// Writes the pixels of the first `count` images.
    static func widen(_ images: borrowing ImageBatch, _ count: Int, into pixels: Buffer2D<Self>)
    /// Writes the means of one row of `posterior`, means before log-variances; returns the KL
    /// divergence.
    static func klDivergence(_ row: Int, of posterior: Matrix, means: Buffer2D<Self>) -> Float
    /// Puts the first `rows` rows through a layer.
    static func apply(
        _ layer: PackedLinear, to x: Buffer2D<Self>, into y: Buffer2D<Self>, rows: Int)
    /// Puts the first `rows` rows through a layer whose outputs are 32-bit floats.
    static func apply(_ layer: PackedLinear, to x: Buffer2D<Self>, into y: Matrix, rows: Int)
}

extension Float: ActivationElement {
    static var arithmetic: PackedLinear.Arithmetic { .single }
    static var output: PackedLinear.Output { .single }
    static var unit: Float { 1 }

    static func widen(_ images: borrowing ImageBatch, _ count: Int, into pixels: Matrix) {
        images.widen(count, into: pixels)
    }

    static func klDivergence(_ row: Int, of posterior: Matrix, means: Matrix) -> Float {
        Tensors.klDivergence(row: row, of: posterior, means: means)
    }

    static func apply(_ layer: PackedLinear, to x: Matrix, into y: Matrix, rows: Int) {
        layer.apply(to: x, into: y, rows: rows)
    }
}

/// bfloat16.
extension UInt16: ActivationElement {
    static var arithmetic: PackedLinear.Arithmetic { .bfloat16 }
    static var output: PackedLinear.Output { .bfloat16 }
    static var unit: Float { 1 / 255 }

    static func widen(_ images: borrowing ImageBatch, _ count: Int, into pixels: Buffer2D<UInt16>) {
        images.widen(count, into: pixels)
    }

    static func klDivergence(_ row: Int, of posterior: Matrix, means: Buffer2D<UInt16>) -> Float {
        Tensors.klDivergence(row: row, of: posterior, means: means)
    }

    static func apply(
        _ layer: PackedLinear, to x: Buffer2D<UInt16>, into y: Buffer2D<UInt16>, rows: Int
    ) {
        layer.apply(to: x, into: y, rows: rows)
    }

    static func apply(_ layer: PackedLinear, to x: Buffer2D<UInt16>, into y: Matrix, rows: Int) {
        layer.apply(to: x, into: y, rows: rows)
    }
}
