import Files
import YAML

/// A configuration put together from its layers, each of which wins over the ones before: defaults, a
/// YAML file, the environment, the command line; and where every value came from.
public struct ConfigurationLayers: Sendable {
    /// What is in force.
    public private(set) var configuration = Configuration()
    /// Where each key's value came from, by the key's name; keys at their default are not in it.
    public private(set) var origins: [String: String] = [:]

    /// The defaults.
    public init() {}

    /// Adds a YAML file.
    public mutating func add(file path: String) throws(ConfigurationError) {
        let text: String
        do { text = try String(decoding: readFile(path, limit: 1 << 20), as: UTF8.self) } catch {
            throw .unreadable(error.description)
        }
        try add(yaml: text, path: path)
    }

    /// Adds the contents of a YAML file; `path` is for messages.
    public mutating func add(yaml text: String, path: String) throws(ConfigurationError) {
        let root: YAML?
        do { root = try YAML.parse(text) } catch {
            throw .notYAML(path: path, reason: error.description)
        }
        guard let root else { return }  // an empty file
        guard let mapping = root.mapping else {
            throw .notYAML(path: path, reason: "it holds no keys")
        }
        for (name, value) in mapping {
            let place = "\(path), line \(value.line)"
            let key = try Configuration.key(named: name, at: place)
            guard let values = Self.values(value) else {
                let error = ConfigurationError.value(
                    key: key.name, value: value.mapping == nil ? "[…]" : "{…}",
                    allowed: key.isList ? "a value or a list of values" : "one value")
                throw .located(error, place: place)
            }
            try set(key, values, from: place)
        }
    }

    /// Adds the variables whose names begin with `ELBOD_`; lists are separated by commas.
    public mutating func add(environment: [String: String]) throws(ConfigurationError) {
        for (variable, value) in environment.sorted(by: { $0.key < $1.key })
        where variable.hasPrefix("ELBOD_") && !Self.foreign.contains(variable) {
            let name = variable.dropFirst("ELBOD_".count).lowercased()
            let key = try Configuration.key(named: name, at: "environment variable \(variable)")
            let values = key.isList ? value.split(separator: ",").map(String.init) : [value]
            try set(key, values, from: "environment variable \(variable)")
        }
    }

    /// Adds what the command line says, by the names of keys.
    public mutating func add(options: [String: [String]]) throws(ConfigurationError) {
        for (name, values) in options.sorted(by: { $0.key < $1.key }) {
            let key = try Configuration.key(named: name, at: "command line")
            try set(key, values, from: "option \(key.option)")
        }
    }

    /// What is in force, if a daemon can be made of it; throws the first thing that keeps it from that,
    /// with the place where it was said.
    public func validated() throws(ConfigurationError) -> Configuration {
        do throws(ConfigurationError) { try configuration.validate() } catch {
            guard let place = error.key.flatMap({ origins[$0] }) else { throw error }
            throw .located(error, place: place)
        }
        return configuration
    }

    /// Variables of our scripts, which are no keys.
    private static let foreign: Set = ["ELBOD_MIRROR", "ELBOD_CONFIG"]

    private mutating func set(
        _ key: Configuration.Key, _ values: [String], from origin: String
    ) throws(ConfigurationError) {
        do throws(ConfigurationError) { try configuration.set(key, to: values) } catch {
            throw .located(error, place: origin)
        }
        origins[key.name] = origin
    }

    private static func values(_ node: YAML) -> [String]? {
        if let scalar = node.scalar { return [scalar] }
        let values = node.sequence?.compactMap(\.scalar)
        return values?.count == node.sequence?.count ? values : nil
    }
}
