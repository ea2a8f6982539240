public import Networks

extension EfficientNetLite {
    /// Takes the network out of tensors with the names of the reference implementation (`_blocks.0._bn1.weight`),
    /// of timm (`blocks.0.0.bn1.weight`), or of `tensors`: as many blocks as there are, but at least
    /// `fewestBlocks`.
    ///
    /// Throws `foreign` of missing, misshapen and infinite ones.
    public init(_ file: Safetensors) throws(BackboneError) {
        let reader = TensorReader(file.tensors)
        guard
            let naming = Naming.allCases.first(where: { file.tensors[$0.stem + ".weight"] != nil })
        else {
            let some = file.tensors.keys.sorted().prefix(3).joined(separator: ", ")
            throw .foreign(
                "there is no _conv_stem.weight nor conv_stem.weight; it begins with "
                    + (some.isEmpty ? "no tensor" : some))
        }
        let stem = try reader.layer(
            naming.stem, naming.stemNorm, [Self.stemChannels, 3, 3, 3])
        var blocks: [Block] = []
        let last = BlockShape.all.indices.last { block in
            file.tensors[naming.names(ofBlock: block).project + ".weight"] != nil
        }
        let count = max((last ?? 0) + 1, Self.fewestBlocks)
        for (index, shape) in BlockShape.all.prefix(count).enumerated() {
            let names = naming.names(ofBlock: index)
            blocks.append(
                Block(
                    shape: shape,
                    expand: shape.inputs == shape.middle
                        ? nil
                        : try reader.layer(
                            names.expand, names.norms.0, [shape.middle, shape.inputs, 1, 1]),
                    depthwise: try reader.layer(
                        names.depthwise, names.norms.1,
                        [shape.middle, 1, shape.kernel, shape.kernel]),
                    project: try reader.layer(
                        names.project, names.norms.2, [shape.outputs, shape.middle, 1, 1])))
        }
        var origin = file.metadata
        origin["format"] = nil
        self.init(stem: stem, blocks: blocks, origin: origin)
    }

    /// Reads the bytes of a file.
    public init(decoding bytes: [UInt8]) throws(BackboneError) {
        let file: Safetensors
        do throws(SafetensorsError) { file = try Safetensors(decoding: bytes) } catch {
            throw .malformed(error.reason)
        }
        try self.init(file)
    }

    /// The tensors with norms folded in, by names of our own: `stem.weight`, `blocks.3.expand.bias`.
    public var tensors: [String: Safetensors.Tensor] {
        var tensors: [String: Safetensors.Tensor] = [:]
        func add(_ name: String, _ layer: Layer, _ shape: [Int]) {
            tensors[name + ".weight"] = .init(shape: shape, elements: layer.weight)
            tensors[name + ".bias"] = .init(shape: [layer.bias.count], elements: layer.bias)
        }
        add("stem", stem, [Self.stemChannels, 3, 3, 3])
        for (index, block) in blocks.enumerated() {
            let (name, shape) = ("blocks.\(index).", block.shape)
            if let expand = block.expand {
                add(name + "expand", expand, [shape.middle, shape.inputs, 1, 1])
            }
            add(
                name + "depthwise", block.depthwise, [shape.middle, 1, shape.kernel, shape.kernel])
            add(name + "project", block.project, [shape.outputs, shape.middle, 1, 1])
        }
        return tensors
    }

    /// The network with its numbers as they are read back from a file that was written so.
    public func rounded(to storage: Safetensors.Storage) -> EfficientNetLite {
        func rounded(_ layer: Layer) -> Layer {
            Layer(
                weight: layer.weight.map(storage.rounded), bias: layer.bias.map(storage.rounded))
        }
        return EfficientNetLite(
            stem: rounded(stem),
            blocks: blocks.map {
                Block(
                    shape: $0.shape, expand: $0.expand.map(rounded),
                    depthwise: rounded($0.depthwise), project: rounded($0.project))
            }, origin: origin)
    }
}

/// What tensors are called.
private enum Naming: CaseIterable {
    case reference, timm, folded

    var stem: String {
        switch self {
        case .reference: "_conv_stem"
        case .timm: "conv_stem"
        case .folded: "stem"
        }
    }

    var stemNorm: String? {
        switch self {
        case .reference: "_bn0"
        case .timm: "bn1"
        case .folded: nil
        }
    }

    /// The convolutions of a block, and the batch norms after them.
    func names(ofBlock index: Int) -> (
        expand: String, depthwise: String, project: String, norms: (String?, String?, String?)
    ) {
        switch self {
        case .folded:
            let block = "blocks.\(index)."
            return (block + "expand", block + "depthwise", block + "project", (nil, nil, nil))
        case .reference:
            let block = "_blocks.\(index)."
            return (
                block + "_expand_conv", block + "_depthwise_conv", block + "_project_conv",
                (block + "_bn0", block + "_bn1", block + "_bn2")
            )
        case .timm:
            let (stage, place) = Self.place(ofBlock: index)
            let block = "blocks.\(stage).\(place)."
            // Without an expansion timm's block is a "depthwise separable" one, with names of its own.
            if index == 0 {
                return (
                    "", block + "conv_dw", block + "conv_pw", (nil, block + "bn1", block + "bn2")
                )
            }
            return (
                block + "conv_pw", block + "conv_dw", block + "conv_pwl",
                (block + "bn1", block + "bn2", block + "bn3")
            )
        }
    }

    /// The stage of a block, and its place there.
    private static func place(ofBlock index: Int) -> (stage: Int, place: Int) {
        let firsts = BlockShape.all.indices.filter { !BlockShape.all[$0].isResidual }
        let stage = firsts.lastIndex { $0 <= index } ?? 0
        return (stage, index - firsts[stage])
    }
}

/// Reads layers, folding batch norms in.
private struct TensorReader {
    /// EfficientNet's ε of batch norms.
    private static let epsilon: Float = 1e-3
    private let tensors: [String: Safetensors.Tensor]

    init(_ tensors: [String: Safetensors.Tensor]) { self.tensors = tensors }

    /// The convolution called `name` and the norm after it; without a norm it has a bias.
    func layer(
        _ name: String, _ norm: String?, _ shape: [Int]
    ) throws(BackboneError) -> EfficientNetLite.Layer {
        let weight = try elements(name + ".weight", shape)
        let outputs = shape[0]
        guard let norm else {
            return .init(weight: weight, bias: try elements(name + ".bias", [outputs]))
        }
        let scale = try elements(norm + ".weight", [outputs])
        let shift = try elements(norm + ".bias", [outputs])
        let mean = try elements(norm + ".running_mean", [outputs])
        let variance = try elements(norm + ".running_var", [outputs])
        guard variance.allSatisfy({ $0 >= 0 }) else {
            throw .foreign("tensor \(norm).running_var is negative somewhere")
        }
        let factors = (0..<outputs).map { scale[$0] / (variance[$0] + Self.epsilon).squareRoot() }
        let count = weight.count / outputs
        return .init(
            weight: weight.indices.map { weight[$0] * factors[$0 / count] },
            bias: (0..<outputs).map { shift[$0] - mean[$0] * factors[$0] })
    }

    private func elements(_ name: String, _ shape: [Int]) throws(BackboneError) -> [Float] {
        guard let tensor = tensors[name] else { throw .foreign("there is no tensor \(name)") }
        guard tensor.shape == shape else {
            throw .foreign("tensor \(name) has shape \(tensor.shape), not \(shape)")
        }
        guard tensor.elements.allSatisfy(\.isFinite) else {
            throw .foreign("tensor \(name) has elements that are not finite")
        }
        return tensor.elements
    }
}
