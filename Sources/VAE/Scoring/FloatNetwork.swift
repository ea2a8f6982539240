import Tensors

/// The layers of a model in floats, of 32 bits or bfloat16.
final class FloatNetwork<Values: FloatValues>: Network {
    private(set) var kl: [Float]

    private let isWhole: Bool
    private let layers: (encoder: [PackedProduct], heads: PackedProduct, decoder: [PackedProduct])
    private let output: PackedProduct
    private let pixels: Values
    private let hidden: (encoder: [Values], decoder: [Values])
    private let (means, posterior): (Values, Matrix)
    private let logits: Matrix

    init(_ parameters: Parameters, _ extent: ScoringEngine.ScoreSet, capacity: Int) {
        isWhole = extent == .all
        let architecture = parameters.architecture
        let values = { (columns: Int) in Values(rows: capacity, columns: columns) }
        let product = {
            (weight: Matrix, bias: Matrix, rectifying: Bool, output: PackedProduct.Output) in
            PackedProduct(
                weight, bias: bias, as: Values.arithmetic, rectifying: rectifying, output: output,
                capacity: capacity)
        }
        let heads = parameters.heads(extent)
        layers = (
            parameters.encoder.enumerated().map { index, layer in
                let scaled = index == 0 && Values.unit != 1
                let weight = scaled ? layer.weight.scaled(by: Values.unit) : layer.weight
                return product(weight, layer.bias, true, Values.output)
            }, product(heads.weight, heads.bias, false, isWhole ? .single : Values.output),
            parameters.decoder.map { product($0.weight, $0.bias, true, Values.output) }
        )
        output = product(parameters.output.weight, parameters.output.bias, false, .single)
        hidden = (architecture.hidden.map(values), architecture.hidden.reversed().map(values))
        pixels = values(architecture.inputs)
        means = values(architecture.latent)
        posterior = Matrix(rows: capacity, columns: isWhole ? 2 * architecture.latent : 0)
        logits = Matrix(rows: capacity, columns: architecture.inputs)
        kl = Array(repeating: 0, count: capacity)
    }

    func run(_ images: PixelRows, _ count: Int) {
        pixels.take(images, count)
        var x = pixels
        for index in layers.encoder.indices {
            x.pass(layers.encoder[index], into: hidden.encoder[index], rows: count)
            x = hidden.encoder[index]
        }
        if isWhole {
            x.pass(layers.heads, into: posterior, rows: count)
            for row in 0..<count { kl[row] = means.take(row, of: posterior) }
        } else {
            x.pass(layers.heads, into: means, rows: count)
        }
        x = means
        for index in layers.decoder.indices {
            x.pass(layers.decoder[index], into: hidden.decoder[index], rows: count)
            x = hidden.decoder[index]
        }
        x.pass(output, into: logits, rows: count)
    }

    func compare(_ row: Int, of images: PixelRows) -> ReconstructionSums {
        Tensors.compare(row: row, of: images, logits: logits)
    }

    func squaredError(_ row: Int, of images: PixelRows) -> Float {
        Tensors.squaredError(row: row, of: images, logits: logits)
    }
}

/// Activations of a batch, one image a row, in one kind of float.
protocol FloatValues {
    /// What layers between such activations compute with, and put out.
    static var arithmetic: PackedProduct.Arithmetic { get }
    static var output: PackedProduct.Output { get }

    init(rows: Int, columns: Int)

    /// What a pixel that is 1 here is in [0, 1]: bfloat16 holds the bytes 0…255 exactly, and no 255th of
    /// them, so the first layer's weights are that much smaller.
    static var unit: Float { get }
    /// Becomes the pixels of the first `count` images.
    func take(_ images: PixelRows, _ count: Int)
    /// Makes one row the means in front of the log-variances in that of `posterior`; returns the KL
    /// divergence.
    func take(_ row: Int, of posterior: Matrix) -> Float
    /// Puts the first `rows` rows through a layer.
    func pass(_ layer: PackedProduct, into next: Self, rows: Int)
    /// Puts the first `rows` rows through a layer whose outputs are 32-bit floats.
    func pass(_ layer: PackedProduct, into next: Matrix, rows: Int)
}

extension Matrix: FloatValues {
    static var arithmetic: PackedProduct.Arithmetic { .single }
    static var output: PackedProduct.Output { .single }
    static var unit: Float { 1 }

    func take(_ images: PixelRows, _ count: Int) { images.widen(count, into: self) }

    func take(_ row: Int, of posterior: Matrix) -> Float {
        klDivergence(row: row, of: posterior, means: self)
    }

    func pass(_ layer: PackedProduct, into next: Matrix, rows: Int) {
        layer.apply(to: self, into: next, rows: rows)
    }
}

extension NumberRows: FloatValues where Element == UInt16 {
    static var arithmetic: PackedProduct.Arithmetic { .bfloat16 }
    static var output: PackedProduct.Output { .bfloat16 }
    static var unit: Float { 1 / 255 }

    func take(_ images: PixelRows, _ count: Int) { images.widen(count, into: self) }

    func take(_ row: Int, of posterior: Matrix) -> Float {
        klDivergence(row: row, of: posterior, means: self)
    }

    func pass(_ layer: PackedProduct, into next: NumberRows<UInt16>, rows: Int) {
        layer.apply(to: self, into: next, rows: rows)
    }

    func pass(_ layer: PackedProduct, into next: Matrix, rows: Int) {
        layer.apply(to: self, into: next, rows: rows)
    }
}
