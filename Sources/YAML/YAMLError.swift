/// Why a text cannot be read as YAML.
public enum YAMLError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Not valid YAML, or a feature that is not supported; `reason` may be libyaml's own.
    case malformed(line: Int, _ reason: String)

    /// The line and the reason, as in `line 3: did not find expected key`.
    public var description: String {
        switch self {
        case .malformed(let line, let reason): "line \(line): \(reason)"
        }
    }
}
