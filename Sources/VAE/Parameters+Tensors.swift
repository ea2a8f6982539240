import Networks
import Tensors

extension ModelParameters<Matrix> {
    /// Parameters from tensors of PyTorch's names and shapes, refusing missing, extra or misshapen
    /// ones.
    init(
        _ architecture: Architecture, reading tensors: [String: Safetensors.Tensor]
    ) throws(VAEError) {
        // Nothing is allocated for sizes that the tensors do not bear out.
        var remaining = tensors
        var pairs: [(weight: Safetensors.Tensor, bias: Safetensors.Tensor)] = []
        for layer in architecture.layers {
            let (name, inputs, outputs) = (layer.name, layer.inputs + layer.classes, layer.outputs)
            pairs.append(
                (
                    try remaining.take("\(name).weight", shape: [outputs, inputs]),
                    try remaining.take("\(name).bias", shape: [outputs])
                ))
        }
        if let extra = remaining.keys.sorted().first {
            throw .foreign("it holds a tensor \(extra) that this architecture does not have")
        }
        self.init(architecture)
        for (layer, (weight, bias)) in zip(layers, pairs) {
            let (inputs, outputs) = (layer.weight.rows, layer.weight.columns)
            layer.weight.copy(
                from: Matrix(rows: outputs, columns: inputs, weight.elements).transposed())
            layer.bias.copy(from: Matrix(rows: 1, columns: outputs, bias.elements))
        }
    }
}

extension [String: Safetensors.Tensor] {
    /// Removes and returns the tensor of this name, which must have this shape.
    fileprivate mutating func take(_ name: String, shape: [Int]) throws(VAEError) -> Value {
        guard let tensor = removeValue(forKey: name) else {
            throw .foreign("it has no tensor \(name)")
        }
        guard tensor.shape == shape else {
            throw .foreign("tensor \(name) has shape \(tensor.shape), not \(shape)")
        }
        return tensor
    }
}
