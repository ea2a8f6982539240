import Images
public import Networks
import Tensors

// Metadata keys of a model file. `format: pt` is what PyTorch's loader looks for.
private enum Key {
    static let schema = "elbod.schema"
    static let input = "elbod.input_shape"
    static let hidden = "elbod.hidden"
    static let latent = "elbod.latent"
    static let likelihood = "elbod.likelihood"
    static let variance = "elbod.likelihood_variance"
    static let classes = "elbod.classes"
    static let preprocessing = "elbod.preprocessing"
    static let decoding = "elbod.decoding"
    static let provenance = "provenance."
}

/// The last step, or the only one: 8-bit pixels divided by 255.
///
/// Steps before it end in a semicolon, as in `grayscale,resize=28x28;unit`.
private let unitScale = "unit"

extension Model {
    /// Takes a model out of a safetensors file, refusing missing, extra or misshapen tensors.
    public init(_ file: Safetensors) throws(VAEError) {
        let (architecture, shape) = try Self.describe(file.metadata)
        var preprocessing = try Self.preprocessing(file.metadata, shape)
        preprocessing.decoding = try Self.decoding(file.metadata, preprocessing)
        let parameters = try Parameters(architecture, reading: file.tensors)
        var provenance: [String: String] = [:]
        for (key, value) in file.metadata where key.hasPrefix(Key.provenance) {
            provenance[String(key.dropFirst(Key.provenance.count))] = value
        }
        self.init(
            weights: Weights(parameters), imageShape: shape, preprocessing: preprocessing,
            provenance: provenance)
    }

    /// The model as a safetensors file that `load_state_dict` of the PyTorch example accepts.
    public var safetensors: Safetensors {
        var file = Safetensors()
        for layer in weights.layers {
            let (inputs, outputs) = (layer.weight.rows, layer.weight.columns)
            file.tensors["\(layer.shape.name).weight"] = .init(
                shape: [outputs, inputs], elements: layer.weight.transposed().elements)
            file.tensors["\(layer.shape.name).bias"] = .init(
                shape: [outputs], elements: layer.bias.elements)
        }
        file.metadata = [
            "format": "pt", Key.schema: "1",
            Key.input: "\(imageShape.rows),\(imageShape.columns)",
            Key.hidden: architecture.hidden.map(String.init).joined(separator: ","),
            Key.latent: "\(architecture.latent)",
            Key.preprocessing: (preprocessing.isEmpty ? "" : "\(preprocessing);") + unitScale,
        ]
        switch architecture.likelihood {
        case .bernoulli: file.metadata[Key.likelihood] = "bernoulli"
        case .gaussian(let variance):
            file.metadata[Key.likelihood] = "gaussian"
            file.metadata[Key.variance] = "\(variance)"
        }
        if architecture.isConditional { file.metadata[Key.classes] = "\(architecture.classes)" }
        for (key, value) in provenance { file.metadata[Key.provenance + key] = value }
        // Left out where it is understood, so that a file that is read and written stays as it was.
        if preprocessing.decoding != Self.understood(file.metadata, preprocessing) {
            file.metadata[Key.decoding] = "\(preprocessing.decoding.rawValue)"
        }
        return file
    }

    private static func describe(
        _ metadata: [String: String]
    ) throws(VAEError) -> (Architecture, ImageShape) {
        guard metadata[Key.schema] == "1" else {
            throw .foreign(
                metadata[Key.schema].map {
                    $0.hasPrefix("inspection/")
                        ? "it inspects pictures place by place, and this takes models of pixels alone"
                        : "its schema is \($0); this elbod reads schema 1"
                }
                    ?? "its metadata has no \(Key.schema); a model of PyTorch's comes in with elbo import"
            )
        }
        let extents = try numbers(metadata, Key.input)
        let hidden = try numbers(metadata, Key.hidden)
        let latent = try numbers(metadata, Key.latent)
        guard extents.count == 2, latent.count == 1,
            extents.allSatisfy({ $0 >= 1 && $0 <= 1 << 15 })
        else { throw .foreign("its metadata gives no usable image shape and latent size") }
        let likelihood: Likelihood
        switch metadata[Key.likelihood] {
        case "bernoulli": likelihood = .bernoulli
        case "gaussian":
            likelihood = .gaussian(variance: Float(metadata[Key.variance] ?? "") ?? .nan)
        default: throw .foreign("its likelihood is neither bernoulli nor gaussian")
        }
        let classes = metadata[Key.classes] == nil ? [0] : try numbers(metadata, Key.classes)
        guard classes.count == 1 else { throw .foreign("its number of classes is not one number") }
        let shape = ImageShape(rows: extents[0], columns: extents[1])
        let architecture = Architecture(
            inputs: shape.pixels, hidden: hidden, latent: latent[0], likelihood: likelihood,
            classes: classes[0])
        try architecture.validate()
        return (architecture, shape)
    }

    /// The steps before `unit`; their text must be what we would write.
    private static func preprocessing(
        _ metadata: [String: String], _ shape: ImageShape
    ) throws(VAEError) -> Preprocessing {
        let text = metadata[Key.preprocessing] ?? ""
        if text == unitScale { return Preprocessing() }
        guard text.hasSuffix(";" + unitScale) else {
            throw .foreign("its preprocessing is not \"\(unitScale)\"")
        }
        let steps = String(text.dropLast(unitScale.count + 1))
        let preprocessing: Preprocessing
        do throws(ImagesError) { preprocessing = try Preprocessing(steps) } catch {
            throw .foreign("its preprocessing is \"\(text)\": \(error)")
        }
        guard !preprocessing.isEmpty, preprocessing.description == steps,
            preprocessing.resize == nil || preprocessing.resize == shape
        else {
            throw .foreign(
                "its preprocessing \"\(text)\" is none that makes images of \(shape)")
        }
        return preprocessing
    }

    /// The rules for encoded pictures that a model of files without that key was trained by.
    ///
    /// A model without steps of one of the data sets that elbod knows by name never saw an encoded
    /// picture, so it has no rules of its own to keep.
    private static func understood(
        _ metadata: [String: String], _ preprocessing: Preprocessing
    ) -> Preprocessing.Decoding {
        let data = metadata[Key.provenance + "data"] ?? ""
        let isOfArrays = ["mnist:", "fashion-mnist:"].contains(where: data.hasPrefix)
        return isOfArrays && !preprocessing.hasSteps ? .current : .first
    }

    /// The rules for encoded pictures; throws `foreign` of some that came later.
    private static func decoding(
        _ metadata: [String: String], _ preprocessing: Preprocessing
    ) throws(VAEError) -> Preprocessing.Decoding {
        guard let text = metadata[Key.decoding] else { return understood(metadata, preprocessing) }
        guard let decoding = Int(text).flatMap(Preprocessing.Decoding.init) else {
            throw .foreign(
                "its pictures are decoded by rules \"\(text)\", which this elbod does not know")
        }
        return decoding
    }

    private static func numbers(
        _ metadata: [String: String], _ key: String
    ) throws(VAEError) -> [Int] {
        let parts = (metadata[key] ?? "").split(separator: ",", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { Int($0) }
        guard !numbers.isEmpty, numbers.count == parts.count else {
            throw .foreign("its metadata has no usable \(key)")
        }
        return numbers
    }
}
