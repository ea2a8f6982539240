import Images
import Networks
import VAE

extension Train {
    /// The command that trains a model like this one into `out`; nil if `elbo train` did not make it.
    static func command(for model: Model, out: String) -> String? {
        words(for: model, out: out)?.map(quoted).joined(separator: " ")
    }

    /// The same word by word.
    static func words(for model: Model, out: String) -> [String]? {
        let (architecture, facts) = (model.architecture, model.provenance)
        guard let data = facts["data"], facts["elbod"] != nil, facts["epochs"] != nil else {
            return nil
        }
        let sets = data.split(separator: " + ").map(String.init)
        var words = ["elbo", "train", "--images"] + sets + ["--out", out]
        if !model.preprocessing.isEmpty {
            words += ["--preprocess", model.preprocessing.description]
        }
        words += ["--hidden", architecture.hidden.map(String.init).joined(separator: ",")]
        words += ["--latent", "\(architecture.latent)"]
        if architecture.isConditional { words.append("--conditional") }
        if case .gaussian(let variance) = architecture.likelihood {
            words += ["--likelihood", "gaussian", "--eta", "\(variance)"]
        }
        for (fact, option) in [
            ("epochs", "epochs"), ("batch", "batch"), ("learning_rate", "learning-rate"),
            ("beta", "beta"), ("denoising", "denoising"), ("cutout", "cutout"),
            ("precision", "precision"),
            ("seed", "seed"), ("threads", "threads"),
        ] {
            if let value = facts[fact] { words += ["--\(option)", value] }
        }
        if facts["data_left_out"] != nil { words.append("--skip-bad") }
        if facts["schedule"] != nil { words += ["--schedule", "cosine"] }
        return words
    }

    /// The word as a shell reads it: in quotes if it holds more than letters, digits and `_-./:=,+`.
    private static func quoted(_ word: String) -> String {
        let isPlain = word.unicodeScalars.allSatisfy {
            $0.properties.isAlphabetic || $0.properties.numericType != nil
                || "_-./:=,+".unicodeScalars.contains($0)
        }
        return isPlain && !word.isEmpty
            ? word : "'" + word.replacing("'", with: #"'\''"#) + "'"
    }
}
