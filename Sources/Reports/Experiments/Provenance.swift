import Files
import Networks
import VAE

/// Where a model came from, as far as its file tells.
public struct Provenance: Sendable, Encodable {
    /// The model's directory.
    public let model: String
    /// SHA-256 of its file.
    public let sha256: String
    /// As in "784 → 256 → 200 → 256 → 784".
    public let architecture: String
    /// How a pixel is distributed around its reconstruction.
    public let likelihood: String
    /// Weights and biases.
    public let parameters: Int
    /// The command that trains such a model, if it is known.
    public let command: String?
    /// What the file says about its making.
    public let provenance: [String: String]

    /// Describes a model.
    public init(_ reported: ReportModel) {
        let loaded = reported.loaded
        let architecture = loaded.model.architecture
        model = reported.name
        sha256 = loaded.digest.description
        let label = architecture.isConditional ? " + \(architecture.classes) classes" : ""
        let widths = [architecture.inputs] + architecture.hidden
        self.architecture =
            (widths.map(String.init) + ["\(architecture.latent)\(label)"]
            + widths.reversed().map(String.init)).joined(separator: " → ")
        likelihood =
            switch architecture.likelihood {
            case .bernoulli: "Bernoulli"
            case .gaussian(let variance): "Gaussian, η = \(variance)"
            }
        parameters = architecture.parameterCount
        // The sketch of the training images is for programs.
        provenance = loaded.model.provenance.filter { $0.key != "data_sketch" }
        command = reported.trainingCommand
    }
}
