extension Configuration {
    /// One thing that can be configured: the only place that says how it is spelt, what it means, which
    /// values it takes, and how it is set and shown.
    ///
    /// The file, the environment, the options, `elbo config` and `config/elbod.yaml` follow from it.
    public struct Key: Sendable {
        /// Its name in files; `ELBOD_` and the name in capitals in the environment, and with dashes
        /// for underscores on the command line.
        public let name: String
        /// What it means, and which values it takes; one sentence.
        public let help: String
        /// What an operator who sets it should know beyond `help`; whole sentences, or none.
        public let details: String
        /// Lines set as they are after the details: lists of values and their meanings.
        public let table: [String]
        /// What `--help` calls its value, as in `--queue <n>`.
        public let valueName: String
        /// Whether it takes several values.
        public let isList: Bool
        /// What the shipped file sets where that is not the default as it is shown; nil elsewhere.
        let shipped: [String]?
        let read: @Sendable (inout Configuration, [String]) throws(ConfigurationError) -> Void
        let show: @Sendable (Configuration) -> [String]

        /// Its name in the environment.
        public var variable: String { "ELBOD_\(name.uppercased())" }
        /// Its name on the command line.
        public var option: String { "--\(optionName)" }
        var optionName: String { String(name.map { $0 == "_" ? "-" : $0 }) }
    }

    /// Sets the key to a value as text, or several for a list.
    public mutating func set(_ key: Key, to values: [String]) throws(ConfigurationError) {
        guard key.isList || values.count == 1 else {
            throw .value(
                key: key.name, value: "[\(values.joined(separator: ", "))]", allowed: "one value")
        }
        try key.read(&self, values)
    }

    /// The values of the key as text.
    public func values(of key: Key) -> [String] { key.show(self) }

    /// The key of this name, or an error that names the nearest one.
    static func key(named name: String, at place: String) throws(ConfigurationError) -> Key {
        if let key = keys.first(where: { $0.name == name }) { return key }
        let nearest = keys.map(\.name).min {
            editDistance($0, name) < editDistance($1, name)
        }
        throw .unknownKey(name, place: place, nearest: nearest ?? "")
    }
}

/// The least number of characters to insert, delete or replace to make `a` into `b` (Levenshtein,
/// 1966).
func editDistance(_ a: String, _ b: String) -> Int {
    let b = Array(b)
    var row = Array(0...b.count)
    for (i, x) in a.enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for (j, y) in b.enumerated() {
            let replaced = diagonal + (x == y ? 0 : 1)
            diagonal = row[j + 1]
            row[j + 1] = min(replaced, row[j] + 1, row[j + 1] + 1)
        }
    }
    return row[b.count]
}
