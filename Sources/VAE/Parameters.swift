public import Networks
public import Tensors

/// The parameters of a model while they are trained: one buffer that its thread writes.
public typealias Parameters = ModelParameters<Matrix>

/// The parameters of a model that is trained: nobody changes them, and any thread may read them.
public typealias Weights = ModelParameters<ConstantMatrix>

/// All weights and biases of a model, by their places between image and reconstruction.
public struct ModelParameters<Values: ReadableMatrix> {
    /// The sizes these parameters are for.
    public let architecture: Architecture
    private let network: LayerParameters<Values>
    /// Hidden layers of the encoder, image side first.
    public let encoder: [Dense<Values>]
    /// `fc21`, hidden → μ.
    public let mu: Dense<Values>
    /// `fc22`, hidden → log σ².
    public let logVariance: Dense<Values>
    /// Hidden layers of the decoder, latent side first.
    public let decoder: [Dense<Values>]
    /// `fc4`, hidden → logits of the reconstruction.
    public let output: Dense<Values>

    private init(_ architecture: Architecture, _ network: LayerParameters<Values>) {
        self.architecture = architecture
        self.network = network
        let (layers, depth) = (network.layers, architecture.hidden.count)
        encoder = Array(layers[..<depth])
        mu = layers[depth]
        logVariance = layers[depth + 1]
        decoder = Array(layers[(depth + 2)..<(2 * depth + 2)])
        output = layers[2 * depth + 2]
    }

    /// Every parameter, shape `(1, parameterCount)`.
    public var buffer: Values { network.buffer }

    /// Every layer, in the order of `Architecture.layers`.
    public var layers: [Dense<Values>] { network.layers }
}

extension ModelParameters: Sendable where Values: Sendable {}

extension ModelParameters<Matrix> {
    /// Zero-filled parameters for `architecture`.
    public init(_ architecture: Architecture) {
        self.init(architecture, LayerParameters(architecture.layers))
    }

    /// A copy of `weights`, to be trained further.
    public init(_ weights: Weights) {
        self.init(weights.architecture)
        buffer.copy(from: weights.buffer)
    }

    /// Draws every weight and bias uniformly from ±1/√inputs, as PyTorch's `nn.Linear` does.
    public func initialize(seed: UInt64) { network.initialize(seed: seed) }
}

extension ModelParameters<ConstantMatrix> {
    /// A copy of what `parameters` hold now.
    public init(_ parameters: Parameters) {
        self.init(parameters.architecture, LayerParameters(parameters.network))
    }
}
