import Files
public import VAE

/// Where a model came from, as far as its file tells.
public struct Origin: Sendable, Encodable {
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
    /// The command that trains such a model, if `elbo train` made it.
    public let command: String?
    /// What the file says about its making.
    public let provenance: [String: String]

    /// Describes a model called `name`.
    public init(name: String, _ loaded: LoadedModel) {
        let architecture = loaded.model.architecture
        model = name
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
        provenance = loaded.model.provenance
        command = Self.command(architecture, loaded.model.provenance, out: name)
    }

    private static func command(
        _ architecture: Architecture, _ facts: [String: String], out: String
    ) -> String? {
        guard let data = facts["data"], facts["elbod"] != nil, facts["epochs"] != nil else {
            return nil
        }
        var words = ["elbo train --images \(data) --out \(out)"]
        words.append("--hidden " + architecture.hidden.map(String.init).joined(separator: ","))
        words.append("--latent \(architecture.latent)")
        if architecture.isConditional { words.append("--conditional") }
        if case .gaussian(let variance) = architecture.likelihood {
            words.append("--likelihood gaussian --eta \(variance)")
        }
        for (key, option) in [
            ("epochs", "epochs"), ("batch", "batch"), ("learning_rate", "learning-rate"),
            ("beta", "beta"), ("denoising", "denoising"), ("seed", "seed"), ("threads", "threads"),
        ] {
            if let value = facts[key] { words.append("--\(option) \(value)") }
        }
        if facts["schedule"] != nil { words.append("--schedule cosine") }
        return words.joined(separator: " ")
    }
}
