/// Everything the daemon is told before it starts.
public struct Configuration: Equatable, Sendable {
    /// The model directory.
    public var model = ""
    /// Where images come in.
    public var ingest: [Endpoint] = []
    /// Where verdicts go out.
    public var publish: [Endpoint] = []
    /// Frames that may wait to be scored.
    public var queue = 1024
    /// Frames scored at once, at most.
    public var batch = 128
    /// A message part larger than this disconnects its sender.
    public var maxMessageBytes = 16 << 20
    /// Verdicts that may wait for one slow subscriber before it loses some.
    public var publishHighWater = 10_000
    /// Whether verdicts carry every score or only the deciding one.
    public var allScores = false

    /// The defaults, which name no model and no endpoint yet.
    public init() {}

    /// Throws the first thing that keeps the daemon from starting.
    public func validate() throws(ConfigurationError) {
        guard !model.isEmpty else {
            throw .missing(key: "model", hint: "the directory that holds model.safetensors")
        }
        guard !ingest.isEmpty else {
            throw .missing(key: "ingest", hint: "such as pull+bind:tcp://127.0.0.1:5555")
        }
        guard !publish.isEmpty else {
            throw .missing(key: "publish", hint: "such as pub+bind:tcp://127.0.0.1:5556")
        }
        for endpoint in ingest where endpoint.pattern != .sub && endpoint.pattern != .pull {
            throw .value(
                key: "ingest", value: "\(endpoint)", allowed: "sub or pull endpoints, which take in"
            )
        }
        for endpoint in publish where endpoint.pattern != .pub {
            throw .value(
                key: "publish", value: "\(endpoint)", allowed: "pub endpoints, which give out")
        }
    }
}

/// What is wrong with the configuration: which key, which value, what is allowed.
public enum ConfigurationError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A value that is not allowed.
    case value(key: String, value: String, allowed: String)
    /// A key that must be given and is not.
    case missing(key: String, hint: String)
    /// A key that does not exist, with its line in the file.
    case unknownKey(String, line: Int?, known: [String])
    /// A file that is not YAML.
    case notYAML(path: String, reason: String)
    /// A file that cannot be read.
    case unreadable(String)

    /// One sentence an operator can act on.
    public var description: String {
        switch self {
        case .value(let key, let value, let allowed):
            "\(key): \"\(value)\" is not allowed; allowed is \(allowed)"
        case .missing(let key, let hint):
            "\(key) is not set; give it in the file or as --\(key), \(hint)"
        case .unknownKey(let key, let line, let known):
            "there is no key \"\(key)\"\(line.map { " (line \($0))" } ?? ""); the keys are "
                + known.joined(separator: ", ")
        case .notYAML(let path, let reason): "\(path) is not valid YAML: \(reason)"
        case .unreadable(let text): text
        }
    }
}
