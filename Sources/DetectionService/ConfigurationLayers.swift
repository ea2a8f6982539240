import Files
import Yams

extension Configuration {
    /// The keys of the file, in the order in which it documents them.
    public static let keys = [
        "model", "ingest", "publish", "queue", "batch", "max_message_bytes", "publish_high_water",
        "all_scores",
    ]

    /// Reads a YAML file.
    ///
    /// - `model` (path): the model directory.
    /// - `ingest` (endpoint or list): where images come in.
    /// - `publish` (endpoint or list): where verdicts go out.
    /// - `queue` (integer, 1024, 1 to 1048576): frames that may wait to be scored.
    /// - `batch` (integer, 128, 1 to 4096): frames scored at once.
    /// - `max_message_bytes` (integer, 16777216): the largest message part accepted.
    /// - `publish_high_water` (integer, 10000): verdicts that may wait for a slow subscriber.
    /// - `all_scores` (boolean, false): whether verdicts carry every score.
    public init(file path: String) throws(ConfigurationError) {
        let text: String
        do { text = try String(decoding: readFile(path, limit: 1 << 20), as: UTF8.self) } catch {
            throw .unreadable(error.description)
        }
        try self.init(yaml: text, path: path)
    }

    /// Reads the contents of a YAML file; `path` is for messages.
    public init(yaml text: String, path: String) throws(ConfigurationError) {
        self.init()
        let root: Node?
        do { root = try compose(yaml: text) } catch {
            throw .notYAML(path: path, reason: "\(error)")
        }
        guard let root else { return }  // an empty file
        guard let mapping = root.mapping else {
            throw .notYAML(path: path, reason: "it holds no keys")
        }
        for (key, value) in mapping {
            try set(key.string ?? "", to: value, line: key.mark?.line)
        }
    }

    private mutating func set(
        _ key: String, to value: Node, line: Int?
    ) throws(ConfigurationError) {
        switch key {
        case "model":
            guard let path = value.string, !path.isEmpty else {
                throw .value(key: key, value: text(value), allowed: "a directory")
            }
            model = path
        case "ingest": ingest = try endpoints(key, value)
        case "publish": publish = try endpoints(key, value)
        case "queue": queue = try integer(key, value, 1...1_048_576)
        case "batch": batch = try integer(key, value, 1...4096)
        case "max_message_bytes": maxMessageBytes = try integer(key, value, 1024...(1 << 31))
        case "publish_high_water": publishHighWater = try integer(key, value, 1...10_000_000)
        case "all_scores":
            guard let flag = value.bool else {
                throw .value(key: key, value: text(value), allowed: "true or false")
            }
            allScores = flag
        default: throw .unknownKey(key, line: line, known: Self.keys)
        }
    }

    private func integer(
        _ key: String, _ value: Node, _ range: ClosedRange<Int>
    ) throws(ConfigurationError) -> Int {
        guard let number = value.int, range.contains(number) else {
            throw .value(
                key: key, value: text(value),
                allowed: "a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    private func endpoints(_ key: String, _ value: Node) throws(ConfigurationError) -> [Endpoint] {
        var endpoints: [Endpoint] = []
        for node in value.sequence.map(Array.init) ?? [value] {
            do { try endpoints.append(Endpoint(node.string ?? text(node))) } catch {
                guard case .value(_, let value, let allowed) = error else { throw error }
                throw .value(key: key, value: value, allowed: allowed)
            }
        }
        return endpoints
    }

    private func text(_ node: Node) -> String {
        node.scalar?.string ?? (node.mapping != nil ? "{…}" : "[…]")
    }
}
