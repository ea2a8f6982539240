public import Files

/// Why a model cannot be read, written or used.
public enum VAEError: Error, Sendable, CustomStringConvertible {
    /// Sizes that cannot be.
    case architecture(String)
    /// A file that is not a well-formed safetensors file; the text says what and where.
    case malformed(String)
    /// A well-formed file that does not hold a model of ours.
    case foreign(String)
    /// Steps of a preprocessing that do not fit the model; the text says why.
    case preprocessing(String)
    /// A conditional model where nobody says which class an image is of.
    case needsClasses
    /// The file system refused.
    case file(FilesError)

    /// One sentence an operator can act on.
    public var description: String {
        switch self {
        case .architecture(let text): "impossible model: \(text)"
        case .malformed(let text): "damaged model file: \(text)"
        case .foreign(let text): "not an elbod model: \(text)"
        case .preprocessing(let text): "impossible preprocessing: \(text)"
        case .needsClasses:
            "the model is conditional: it scores an image only together with its class, which "
                + "streams and files of images do not say; take one trained without --conditional"
        case .file(let error): error.description
        }
    }
}
