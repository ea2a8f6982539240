import Glibc
import Networks
import Tensors

/// What an exported model takes as `image`, shape `(N, inputs)`.
public enum ONNXInput: String, Sendable, CaseIterable {
    /// Pixels from 0 to 255; the graph divides them.
    case uint8
    /// Pixels in [0, 1].
    case float32
}

extension Model {
    /// The model as an ONNX file for other runtimes: `image` in; `reconstruction`, `(N, inputs)`, and
    /// every score of `ScoreFunction`, `(N)`, out, computed at z = μ as the daemon does.
    ///
    /// A conditional model takes the class of each image as well: `label`, `(N)`, 64-bit integers.
    /// `metadata` joins what the model's own file says of itself.
    public func onnx(
        input: ONNXInput, version: String, metadata: [String: String] = [:]
    ) -> [UInt8] {
        var graph = ONNXGraph()
        let image = graph.image(architecture, input)
        let condition = architecture.isConditional ? graph.condition(architecture.classes) : nil
        var x = image
        for layer in weights.encoder { x = graph.rectified(layer, x, condition) }
        let mu = graph.dense(weights.mu, x)
        let logVariance = graph.dense(weights.logVariance, x)
        x = mu
        for layer in weights.decoder { x = graph.rectified(layer, x, condition) }
        let logits = graph.dense(weights.output, x)
        let reconstruction = graph.node("Sigmoid", logits, to: "reconstruction")
        graph.output(reconstruction, architecture.inputs)
        graph.scores(
            architecture, image: image, logits: logits, reconstruction: reconstruction, mu: mu,
            logVariance: logVariance)
        var facts = safetensors.metadata
        facts["format"] = nil  // for PyTorch's loader alone
        return graph.file(
            producer: "elbod", version: version,
            metadata: facts.merging(metadata) { $1 })
    }
}

extension ONNXGraph {
    /// The input, as pixels in [0, 1].
    fileprivate mutating func image(_ architecture: Architecture, _ kind: ONNXInput) -> String {
        switch kind {
        case .float32: return input("image", .float, architecture.inputs)
        case .uint8:
            let bytes = input("image", .uint8, architecture.inputs)
            let numbers = node(
                "Cast", bytes, to: "numbers", [("to", .int(ElementType.float.rawValue))])
            return node("Div", numbers, floats("white", [255]), to: "pixels")
        }
    }

    /// The one-hot label.
    fileprivate mutating func condition(_ classes: Int) -> String {
        let depth = integers("classes", [classes])
        let values = floats("off_on", [0, 1], shape: [2])
        return node("OneHot", input("label", .int64), depth, values, to: "condition")
    }

    /// `W·x + b`, with the one-hot label behind x where the layer takes one.
    fileprivate mutating func dense(
        _ layer: Dense<ConstantMatrix>, _ x: String, _ condition: String? = nil
    ) -> String {
        let name = layer.shape.name
        var x = x
        if let condition, layer.shape.classes > 0 {
            x = node("Concat", x, condition, to: "\(name).input", [("axis", .int(1))])
        }
        let weight = floats(
            "\(name).weight", layer.weight.transposed().elements,
            shape: [layer.weight.columns, layer.weight.rows])
        let bias = floats("\(name).bias", layer.bias.elements, shape: [layer.bias.columns])
        return node("Gemm", x, weight, bias, to: name, [("transB", .int(1))])
    }

    fileprivate mutating func rectified(
        _ layer: Dense<ConstantMatrix>, _ x: String, _ condition: String?
    ) -> String {
        node("Relu", dense(layer, x, condition), to: "\(layer.shape.name).relu")
    }

    /// The formulas of `compare`, `klDivergence` and `Likelihood.negativeLogLikelihood`.
    fileprivate mutating func scores(
        _ architecture: Architecture, image: String, logits: String, reconstruction: String,
        mu: String, logVariance: String
    ) {
        let pixelAxis = integers("axis", [1])
        let whole: [(name: String, value: Attribute)] = [("keepdims", .int(0))]
        let difference = node("Sub", image, reconstruction, to: "difference")
        let squares = node("Mul", difference, difference, to: "squares")
        let mse = node("ReduceMean", squares, to: "mse", [("axes", .ints([1]))] + whole)

        // −x·log x̂ − (1 − x)·log(1 − x̂) is softplus(a) − x·a of the logit a.
        let softplus = node("Softplus", logits, to: "softplus")
        let linear = node("Mul", image, logits, to: "linear")
        let entropies = node("Sub", softplus, linear, to: "entropies")
        let nll = node("ReduceSum", entropies, pixelAxis, to: "nll", whole)

        let variance = node("Exp", logVariance, to: "variance")
        let meanSquare = node("Mul", mu, mu, to: "mean_square")
        let second = node("Add", meanSquare, variance, to: "second_moment")
        let excess = node("Sub", second, logVariance, to: "excess")
        let divergence = node("Sub", excess, floats("one", [1]), to: "divergence")
        let sum = node("ReduceSum", divergence, pixelAxis, to: "divergence_sum", whole)
        let kl = node("Mul", sum, floats("half", [0.5]), to: "kl")

        var likelihood = nll
        if case .gaussian(let eta) = architecture.likelihood {
            let pixels = Double(architecture.inputs)
            let scale = floats("precision", [Float(pixels / 2 / Double(eta))])
            let scaled = node("Mul", mse, scale, to: "scaled_error")
            let normalizer = pixels / 2 * log(2 * Double.pi * Double(eta))
            likelihood = node(
                "Add", scaled, floats("normalizer", [Float(normalizer)]), to: "likelihood")
        }
        let elbo = node("Add", likelihood, kl, to: "elbo")
        for score in [mse, nll, kl, elbo] { output(score) }
    }
}
