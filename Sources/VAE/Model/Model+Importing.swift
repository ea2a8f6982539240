public import Images
public import Networks

extension Model {
    /// Takes a model that another program trained out of a safetensors file whose tensors have the
    /// names of the PyTorch example, `fc1 fc21 fc22 fc3 fc4`, each with `.weight` and `.bias`, all of
    /// them behind one prefix or none: `module.` of DataParallel, `_orig_mod.` of torch.compile,
    /// `model.` of Lightning.
    ///
    /// The sizes follow from the shapes. Hidden layers are taken for ReLU and pixels for 8 bits
    /// divided by 255, as there. `imageShape` may be left out where images are square or resized.
    /// What the file does not say, `likelihood` and `preprocessing` do.
    public init(
        importing file: Safetensors, imageShape: ImageShape? = nil,
        likelihood: Likelihood = .bernoulli, preprocessing: Preprocessing = Preprocessing()
    ) throws(VAEError) {
        let tensors = Self.withoutPrefix(file.tensors)
        let architecture = try Self.inferArchitecture(tensors, likelihood)
        let shape: ImageShape
        if let imageShape = imageShape ?? preprocessing.resize {
            shape = imageShape
        } else {
            shape = try Self.squareShape(pixels: architecture.inputs)
        }
        guard shape.pixels == architecture.inputs else {
            throw .foreign(
                "it reconstructs \(architecture.inputs) pixels, and images of \(shape) have "
                    + "\(shape.pixels)")
        }
        if let size = preprocessing.resize, size != shape {
            throw .preprocessing("images of \(shape) cannot be resized to \(size)")
        }
        self.init(
            weights: Weights(try Parameters(architecture, reading: tensors)),
            imageShape: shape,
            preprocessing: preprocessing)
    }

    /// The tensors by their names without what stands before the one `fc1.weight`; as they are if there
    /// is none or several, or if two would get one name.
    private static func withoutPrefix(
        _ tensors: [String: Safetensors.Tensor]
    ) -> [String: Safetensors.Tensor] {
        let first = tensors.keys.filter { $0.hasSuffix(".fc1.weight") }
        guard tensors["fc1.weight"] == nil, first.count == 1 else { return tensors }
        let prefix = first[0].dropLast("fc1.weight".count)
        let pairs = tensors.map { name, tensor in
            (name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name, tensor)
        }
        let renamed = Dictionary(pairs) { first, _ in first }
        return renamed.count == tensors.count ? renamed : tensors
    }

    private static func squareShape(pixels: Int) throws(VAEError) -> ImageShape {
        let side = Int(Double(pixels).squareRoot().rounded())
        guard side * side == pixels else {
            throw .foreign("its \(pixels) pixels make no square; say which shape images have")
        }
        return ImageShape(rows: side, columns: side)
    }

    /// The sizes that the shapes of the tensors tell; whether all of them agree is checked when they
    /// are read.
    private static func inferArchitecture(
        _ tensors: [String: Safetensors.Tensor], _ likelihood: Likelihood
    ) throws(VAEError) -> Architecture {
        /// `[outputs, inputs]` of a layer, if there is one.
        func sizes(_ layer: String) throws(VAEError) -> (outputs: Int, inputs: Int)? {
            guard let tensor = tensors["\(layer).weight"] else { return nil }
            guard tensor.shape.count == 2 else {
                throw .foreign("tensor \(layer).weight has shape \(tensor.shape), not two extents")
            }
            return (tensor.shape[0], tensor.shape[1])
        }
        func required(_ layer: String) throws(VAEError) -> (outputs: Int, inputs: Int) {
            if let found = try sizes(layer) { return found }
            let all = tensors.sorted { $0.key < $1.key }
            let names = all.prefix(24).map { "\($0.key) \($0.value.shape)" }
                .joined(separator: ", ")
            throw .foreign(
                "it has no tensor \(layer).weight; needed are fc1, fc21, fc22, fc3 and fc4, each "
                    + "with .weight and .bias and all behind the same prefix if any, and it holds "
                    + (names.isEmpty ? "none" : names)
                    + (all.count > 24 ? " and \(all.count - 24) more" : ""))
        }
        let first = try required("fc1")
        var hidden = [first.outputs]
        while let next = try sizes("fc1_\(hidden.count + 1)") { hidden.append(next.outputs) }
        let inputs = try required("fc4").outputs
        let architecture = Architecture(
            inputs: inputs, hidden: hidden, latent: try required("fc21").outputs,
            likelihood: likelihood, classes: first.inputs - inputs)
        guard architecture.classes >= 0 else {
            throw .foreign(
                "it takes \(first.inputs) pixels (fc1) and reconstructs \(inputs) (fc4)")
        }
        try architecture.validate()
        return architecture
    }
}
