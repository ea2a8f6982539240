public import Networks

/// The sizes and the likelihood of a fully connected variational autoencoder.
///
/// The paper's: 784 → 256 → μ, log σ² of 200 → 256 → 784. The decoder mirrors the encoder.
public struct Architecture: Hashable, Sendable {
    /// Pixels per image, `rows × columns` flattened.
    public var inputs: Int
    /// Widths of the encoder's hidden layers, first to last; the decoder runs through them backwards.
    public var hidden: [Int]
    /// The number of latent units.
    public var latent: Int
    /// How a pixel is distributed around its reconstruction.
    public var likelihood: Likelihood
    /// Classes whose one-hot label is given to encoder and decoder; 0 for a model without labels.
    ///
    /// A conditional variational autoencoder after Sohn, Lee & Yan, 2015.
    public var classes: Int

    /// The paper's sizes unless told otherwise.
    public init(
        inputs: Int = 784, hidden: [Int] = [256], latent: Int = 200,
        likelihood: Likelihood = .bernoulli, classes: Int = 0
    ) {
        self.inputs = inputs
        self.hidden = hidden
        self.latent = latent
        self.likelihood = likelihood
        self.classes = classes
    }

    /// Whether every image needs a class.
    public var isConditional: Bool { classes > 0 }

    /// The dense layers in the order in which they follow each other from image to reconstruction.
    ///
    /// Names are those of the public PyTorch VAE example (`fc1 fc21 fc22 fc3 fc4`); a second, third …
    /// hidden layer appends `_2`, `_3` … to the name of the first.
    public var layers: [LayerShape] {
        var shapes: [LayerShape] = []
        var width = inputs
        for (index, next) in hidden.enumerated() {
            shapes.append(
                layer(
                    "fc1", index, inputs: width, outputs: next, classes: index == 0 ? classes : 0))
            width = next
        }
        shapes.append(layer("fc21", 0, inputs: width, outputs: latent))
        shapes.append(layer("fc22", 0, inputs: width, outputs: latent))
        width = latent
        for (index, next) in hidden.reversed().enumerated() {
            shapes.append(
                layer(
                    "fc3", index, inputs: width, outputs: next, classes: index == 0 ? classes : 0))
            width = next
        }
        shapes.append(layer("fc4", 0, inputs: width, outputs: inputs))
        return shapes
    }

    private func layer(
        _ stem: String, _ index: Int, inputs: Int, outputs: Int, classes: Int = 0
    ) -> LayerShape {
        LayerShape(
            name: index == 0 ? stem : "\(stem)_\(index + 1)", inputs: inputs, outputs: outputs,
            classes: classes)
    }

    /// The number of weights and biases.
    public var parameterCount: Int {
        layers.reduce(0) { $0 + $1.parameterCount }
    }
}

/// How a pixel is distributed given the decoder's output.
public enum Likelihood: Hashable, Sendable {
    /// Each pixel is a Bernoulli probability; its reconstruction term is the binary cross-entropy.
    case bernoulli
    /// `N(x; x̂, η)`, with η the fixed variance of every pixel.
    case gaussian(variance: Float)
}

extension Architecture {
    /// Sizes beyond these are taken for a damaged file or a slip of the keyboard, not for a model.
    static let largestWidth = 1 << 20

    /// Labels are bytes.
    static let mostClasses = 256

    /// Throws if a size is not positive or absurdly large, or η is not a positive number.
    public func validate() throws(VAEError) {
        for (name, size) in [("input", inputs), ("latent", latent)] + hidden.map({ ("hidden", $0) })
        where size < 1 || size > Self.largestWidth {
            throw .architecture("\(name) size \(size) is not between 1 and \(Self.largestWidth)")
        }
        guard !hidden.isEmpty, hidden.count <= 16 else {
            throw .architecture("\(hidden.count) hidden layers; between 1 and 16 are possible")
        }
        guard (0...Self.mostClasses).contains(classes), classes != 1 else {
            throw .architecture(
                "\(classes) classes; a conditional model has between 2 and \(Self.mostClasses)")
        }
        if case .gaussian(let variance) = likelihood, !(variance > 0 && variance.isFinite) {
            throw .architecture("the Gaussian variance η is \(variance); it must be above zero")
        }
        var total = 0
        for layer in layers { total += layer.parameterCount }
        guard total <= 1 << 28 else {
            throw .architecture("\(total) parameters; at most \(1 << 28) are supported")
        }
    }
}
