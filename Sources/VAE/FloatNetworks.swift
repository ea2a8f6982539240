import Tensors

/// The layers of a model in 32-bit floats; pixels come as 0…255, and the first layer's weights are that
/// much smaller.
final class SingleNetwork: Network {
    private let logits: Matrix
    private(set) var kl: [Float]

    private let layers: (encoder: [PackedProduct], heads: PackedProduct, decoder: [PackedProduct])
    private let output: PackedProduct
    private let isWhole: Bool
    private let pixels: Matrix
    private let hidden: (encoder: [Matrix], decoder: [Matrix])
    private let (posterior, means): (Matrix, Matrix)

    init(_ parameters: Parameters, _ extent: ScoringEngine.Extent, capacity: Int) {
        isWhole = extent == .all
        let architecture = parameters.architecture
        let matrix = { (columns: Int) in Matrix(rows: capacity, columns: columns) }
        let product = { (weight: Matrix, bias: Matrix, rectifying: Bool) in
            PackedProduct(
                weight, bias: bias, as: .single, rectifying: rectifying, capacity: capacity)
        }
        let heads = parameters.heads(extent)
        layers = (
            parameters.encoder.enumerated().map { index, layer in
                product(
                    index == 0 ? layer.weight.scaled(by: 1 / 255) : layer.weight, layer.bias, true)
            }, product(heads.weight, heads.bias, false),
            parameters.decoder.map { product($0.weight, $0.bias, true) }
        )
        output = product(parameters.output.weight, parameters.output.bias, false)
        hidden = (architecture.hidden.map(matrix), architecture.hidden.reversed().map(matrix))
        pixels = matrix(architecture.inputs)
        logits = matrix(architecture.inputs)
        posterior = matrix(isWhole ? 2 * architecture.latent : 0)
        means = matrix(architecture.latent)
        kl = Array(repeating: 0, count: capacity)
    }

    func run(_ images: PixelRows, _ count: Int) {
        images.widen(count, into: pixels)
        var x = pixels
        for index in layers.encoder.indices {
            layers.encoder[index].apply(to: x, into: hidden.encoder[index], rows: count)
            x = hidden.encoder[index]
        }
        if isWhole {
            layers.heads.apply(to: x, into: posterior, rows: count)
            for row in 0..<count { kl[row] = klDivergence(row: row, of: posterior, means: means) }
        } else {
            layers.heads.apply(to: x, into: means, rows: count)
        }
        x = means
        for index in layers.decoder.indices {
            layers.decoder[index].apply(to: x, into: hidden.decoder[index], rows: count)
            x = hidden.decoder[index]
        }
        output.apply(to: x, into: logits, rows: count)
    }

    func compare(_ row: Int, of images: PixelRows) -> ReconstructionSums {
        Tensors.compare(row: row, of: images, logits: logits)
    }

    func squaredError(_ row: Int, of images: PixelRows) -> Float {
        Tensors.squaredError(row: row, of: images, logits: logits)
    }
}

/// The layers of a model with inputs and weights in bfloat16.
final class BFloat16Network: Network {
    private let logits: Matrix
    private(set) var kl: [Float]

    private let layers: (encoder: [PackedProduct], heads: PackedProduct, decoder: [PackedProduct])
    private let output: PackedProduct
    private let isWhole: Bool
    private let pixels: NumberRows<UInt16>
    private let hidden: (encoder: [NumberRows<UInt16>], decoder: [NumberRows<UInt16>])
    private let posterior: Matrix
    private let means: NumberRows<UInt16>

    init(_ parameters: Parameters, _ extent: ScoringEngine.Extent, capacity: Int) {
        isWhole = extent == .all
        let architecture = parameters.architecture
        let numbers = { (columns: Int) in NumberRows<UInt16>(rows: capacity, columns: columns) }
        let product = {
            (weight: Matrix, bias: Matrix, rectifying: Bool, output: PackedProduct.Output) in
            PackedProduct(
                weight, bias: bias, as: .bfloat16, rectifying: rectifying, output: output,
                capacity: capacity)
        }
        let heads = parameters.heads(extent)
        layers = (
            parameters.encoder.enumerated().map { index, layer in
                product(
                    index == 0 ? layer.weight.scaled(by: 1 / 255) : layer.weight, layer.bias, true,
                    .bfloat16)
            }, product(heads.weight, heads.bias, false, isWhole ? .single : .bfloat16),
            parameters.decoder.map { product($0.weight, $0.bias, true, .bfloat16) }
        )
        output = product(parameters.output.weight, parameters.output.bias, false, .single)
        hidden = (architecture.hidden.map(numbers), architecture.hidden.reversed().map(numbers))
        pixels = numbers(architecture.inputs)
        means = numbers(architecture.latent)
        logits = Matrix(rows: capacity, columns: architecture.inputs)
        posterior = Matrix(rows: capacity, columns: isWhole ? 2 * architecture.latent : 0)
        kl = Array(repeating: 0, count: capacity)
    }

    func run(_ images: PixelRows, _ count: Int) {
        images.widen(count, into: pixels)
        var x = pixels
        for index in layers.encoder.indices {
            layers.encoder[index].apply(to: x, into: hidden.encoder[index], rows: count)
            x = hidden.encoder[index]
        }
        if isWhole {
            layers.heads.apply(to: x, into: posterior, rows: count)
            for row in 0..<count { kl[row] = klDivergence(row: row, of: posterior, means: means) }
        } else {
            layers.heads.apply(to: x, into: means, rows: count)
        }
        x = means
        for index in layers.decoder.indices {
            layers.decoder[index].apply(to: x, into: hidden.decoder[index], rows: count)
            x = hidden.decoder[index]
        }
        output.apply(to: x, into: logits, rows: count)
    }

    func compare(_ row: Int, of images: PixelRows) -> ReconstructionSums {
        Tensors.compare(row: row, of: images, logits: logits)
    }

    func squaredError(_ row: Int, of images: PixelRows) -> Float {
        Tensors.squaredError(row: row, of: images, logits: logits)
    }
}
