public import Platform

/// What is wrong with the configuration: which key, which value, what is allowed.
public enum ConfigurationError: ExitCoding, Equatable, Sendable, CustomStringConvertible {
    /// A value that does not go with the model and its calibration.
    case unfit(key: String, reason: String)
    /// A value that is not allowed.
    case value(key: String, value: String, allowed: String)
    /// A key that must be given and is not.
    case missing(key: String, hint: String)
    /// A key that does not exist; with its place, and the key that was probably meant.
    case unknownKey(String, place: String, nearest: String)
    /// An address that others on the network reach, without encryption.
    case exposed(key: String, endpoint: Endpoint)
    /// A file that is not YAML.
    case notYAML(path: String, reason: String)
    /// A file that cannot be read.
    case unreadable(String)
    /// What is wrong, and where it was said: a line of a file, a variable or an option.
    indirect case located(ConfigurationError, place: String)

    /// The configuration is wrong, whatever is wrong with it.
    public var exitStatus: ExitStatus { .configuration }

    /// The key that it is about, if it is about the value of one.
    var key: String? {
        switch self {
        case .value(let key, _, _), .missing(let key, _), .exposed(let key, _): key
        default: nil
        }
    }

    /// One sentence an operator can act on.
    public var description: String {
        switch self {
        case .value(let key, let value, let allowed):
            "\(key): \"\(value)\" is not allowed; allowed is \(allowed)"
        case .unfit(let key, let reason): "\(key): \(reason)"
        case .missing(let key, let hint):
            "\(key) is not set; give it in the file, as ELBOD_\(key.uppercased()) or as --\(key), \(hint)"
        case .unknownKey(let key, let place, let nearest):
            "there is no key \"\(key)\" (\(place)); did you mean \"\(nearest)\"? elbo config explain "
                + "lists all keys"
        case .exposed(let key, let endpoint):
            "\(key): \(endpoint) can be reached from other machines, and anybody there could use it; "
                + "bind to 127.0.0.1 or ipc, give curve_secret and clients (and server_keys for addresses "
                + "connected to), or say allow_plaintext: true if the network is trusted"
        case .notYAML(let path, let reason): "\(path) is not valid YAML: \(reason)"
        case .unreadable(let text): text
        case .located(let error, let place): "\(place): \(error)"
        }
    }
}
