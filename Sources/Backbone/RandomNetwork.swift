public import Networks
import Tensors

/// A network of random weights with the reference implementation's names: the same numbers that PyTorch was given to
/// make the golden values of `FeatureExtractorTests`, and what a machine is tried with before it serves.
public struct RandomNetwork {
    private var random: SplitMix64
    /// By the reference implementation's names.
    public private(set) var tensors: [String: Safetensors.Tensor] = [:]

    /// The network of a seed; with fewer `blocks` those that are left have the same numbers.
    public init(seed: UInt64, blocks: Int = BlockShape.all.count) {
        random = SplitMix64(seed: seed)
        addConvolution("_conv_stem", 32, 3, 3)
        addNorm("_bn0", 32)
        for (index, shape) in BlockShape.all.prefix(blocks).enumerated() {
            let block = "_blocks.\(index)."
            if shape.middle != shape.inputs {
                addConvolution(block + "_expand_conv", shape.middle, shape.inputs, 1)
                addNorm(block + "_bn0", shape.middle)
            }
            addConvolution(block + "_depthwise_conv", shape.middle, 1, shape.kernel)
            addNorm(block + "_bn1", shape.middle)
            addConvolution(block + "_project_conv", shape.outputs, shape.middle, 1)
            addNorm(block + "_bn2", shape.outputs)
        }
    }

    /// As a file with the reference implementation's names.
    public var file: Safetensors { Safetensors(metadata: ["licence": "none"], tensors: tensors) }

    private mutating func uniform() -> Double { Double(random.next() >> 40) / Double(1 << 24) }

    private mutating func addConvolution(_ name: String, _ outputs: Int, _ inputs: Int, _ side: Int)
    {
        let bound = (6 / Float(inputs * side * side)).squareRoot()
        tensors[name + ".weight"] = .init(
            shape: [outputs, inputs, side, side],
            elements: (0..<(outputs * inputs * side * side)).map { _ in
                Float(2 * uniform() - 1) * bound
            })
    }

    private mutating func addNorm(_ name: String, _ count: Int) {
        for (part, scale, offset) in [
            ("weight", 1, 0.5), ("bias", 2, -0.5), ("running_mean", 0.2, -0.1),
            ("running_var", 1, 0.5),
        ] {
            tensors["\(name).\(part)"] = .init(
                shape: [count], elements: (0..<count).map { _ in Float(scale * uniform() + offset) }
            )
        }
    }
}
