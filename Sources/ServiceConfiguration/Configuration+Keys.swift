extension Configuration {
    /// One thing that can be configured: what it is called, what it means, how it is set and shown.
    public struct Key: Sendable {
        /// Its name in files; `ELBOD_` and the name in capitals in the environment, and with dashes
        /// for underscores on the command line.
        public let name: String
        /// What it means, and which values it takes.
        public let help: String
        /// Whether it takes several values.
        public let isList: Bool
        let read: @Sendable (inout Configuration, [String]) throws(ConfigurationError) -> Void
        let show: @Sendable (Configuration) -> [String]

        /// Its name in the environment.
        public var variable: String { "ELBOD_\(name.uppercased())" }
        /// Its name on the command line.
        public var option: String {
            "--\(String(name.map { $0 == "_" ? "-" : $0 }))"
        }
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

    /// All keys, in the order in which the shipped file documents them.
    public static let keys: [Key] = [
        text("model", "the model directory", \.model, allowed: "a directory"),
        endpoints(
            "ingest", "where images come in: pattern+role:address with pull, sub or router",
            \.ingest),
        endpoints("publish", "where verdicts go out: pub+bind:address", \.publish),
        integer("queue", "frames that may wait to be scored", \.queue, 1...1_048_576),
        integer("batch", "frames scored at once, at most", \.batch, 1...4096),
        Key(
            name: "threads",
            help:
                "threads that score, 0 to 256; auto is one per core but one, and 0 lets the "
                + "receiving thread do it, which is the shortest way for a lone frame",
            isList: false,
            read: { configuration, values throws(ConfigurationError) in
                guard let number = values[0] == "auto" ? automaticThreads : Int(values[0]),
                    (0...256).contains(number)
                else {
                    throw .value(
                        key: "threads", value: values[0],
                        allowed: "a whole number from 0 to 256, or auto")
                }
                configuration.threads = number
            }, show: { ["\($0.threads)"] }),
        Key(
            name: "precision",
            help:
                "what scores are computed with: fp32, bf16, int8, or auto for the fastest that the "
                + "processor has and the model is calibrated for", isList: false,
            read: { configuration, values throws(ConfigurationError) in
                guard let choice = PrecisionChoice(values[0]) else {
                    throw .value(
                        key: "precision", value: values[0], allowed: "fp32, bf16, int8 or auto")
                }
                configuration.precision = choice
            }, show: { [$0.precision.text] }),
        integer(
            "max_message_bytes", "a larger message part disconnects its sender",
            \.maxMessageBytes, 1024...(1 << 31)),
        integer(
            "publish_high_water", "verdicts that may wait for one slow subscriber",
            \.publishHighWater, 1...10_000_000),
        flag("all_scores", "whether verdicts carry every score", \.allScores),
        flag(
            "bare_frames", "whether one part of as many bytes as pixels is an image", \.bareFrames),
        Key(
            name: "reply", help: "what senders at a router endpoint get back: verdict or ok",
            isList: false,
            read: { configuration, values throws(ConfigurationError) in
                guard let mode = ReplyMode(rawValue: values[0]) else {
                    throw .value(key: "reply", value: values[0], allowed: "verdict or ok")
                }
                configuration.reply = mode
            }, show: { [$0.reply.rawValue] }),
        Key(
            name: "shard", help: "which part of publishers' frames is scored here: i/n",
            isList: false,
            read: { configuration, values throws(ConfigurationError) in
                guard let shard = Shard(values[0]) else {
                    throw .value(
                        key: "shard", value: values[0],
                        allowed: "i/n, such as 2/3, with n up to 1024")
                }
                configuration.shard = shard
            }, show: { ["\($0.shard)"] }),
        integer(
            "memory_limit",
            "MiB of memory beyond which peers that deliver nothing are cut off; 0 is what the start takes and 48",
            \.memoryLimit, 0...1_048_576),
        integer(
            "stale_after", "seconds without a frame after which a source is stale", \.staleAfter,
            1...86_400),
        text(
            "state",
            "where calibrations made while the daemon runs are kept: a directory; auto is "
                + "$STATE_DIRECTORY, or else the model's", \.state, allowed: "a directory, or auto"),
        text(
            "control",
            "where elbo steers the daemon: the path of a socket, or none; auto is in "
                + "$RUNTIME_DIRECTORY, or else none", \.control,
            allowed: "an absolute path of at most 100 bytes, none or auto"
        ) { ["none", "auto"].contains($0) || $0.hasPrefix("/") && $0.utf8.count <= 100 },
        optional(
            "remote_control",
            "where elbo steers the daemon from other machines: tcp://host:port, or none; needs "
                + "curve_secret, and clients with the right control", \.remoteControl,
            allowed: "an address such as tcp://0.0.0.0:5557, or none"
        ) { $0.hasPrefix("tcp://") && (try? Endpoint("router+bind:\($0)")) != nil },
        optional(
            "http", "where metrics and health are served: host:port, or none", \.http,
            allowed: "host:port such as 127.0.0.1:9464, or none"
        ) { HTTPAddress($0) != nil },
        text(
            "curve_secret",
            "the file of the daemon's secret key, or none; auto is the credential curve.secret, if "
                + "there is one", \.curveSecret, allowed: "a file, none or auto"),
        optional(
            "clients", "the file that lists keys of clients and their rights, or none", \.clients,
            allowed: "a file, or none"
        ) { !$0.isEmpty },
        Key(
            name: "server_keys",
            help: "addresses connected to, each with a space and the server's public key",
            isList: true, read: { configuration, values in configuration.serverKeys = values },
            show: { $0.serverKeys }),
        flag(
            "allow_plaintext",
            "whether addresses beyond this machine may be used without encryption",
            \.allowPlaintext),
    ]

    /// The key of this name, or an error that names the nearest one.
    static func key(named name: String, at place: String) throws(ConfigurationError) -> Key {
        if let key = keys.first(where: { $0.name == name }) { return key }
        let nearest = keys.map(\.name).min {
            editDistance($0, name) < editDistance($1, name)
        }
        throw .unknownKey(name, place: place, nearest: nearest ?? "")
    }

    private static func text(
        _ name: String, _ help: String,
        _ path: any WritableKeyPath<Configuration, String> & Sendable, allowed: String,
        _ isAllowed: @escaping @Sendable (String) -> Bool = { !$0.isEmpty }
    ) -> Key {
        Key(
            name: name, help: help, isList: false,
            read: { configuration, values throws(ConfigurationError) in
                guard isAllowed(values[0]) else {
                    throw .value(key: name, value: values[0], allowed: allowed)
                }
                configuration[keyPath: path] = values[0]
            }, show: { [$0[keyPath: path]] })
    }

    private static func optional(
        _ name: String, _ help: String,
        _ path: any WritableKeyPath<Configuration, String?> & Sendable, allowed: String,
        _ isAllowed: @escaping @Sendable (String) -> Bool
    ) -> Key {
        Key(
            name: name, help: help, isList: false,
            read: { configuration, values throws(ConfigurationError) in
                guard values[0] != "none" else {
                    configuration[keyPath: path] = nil
                    return
                }
                guard isAllowed(values[0]) else {
                    throw .value(key: name, value: values[0], allowed: allowed)
                }
                configuration[keyPath: path] = values[0]
            }, show: { [$0[keyPath: path] ?? "none"] })
    }

    private static func integer(
        _ name: String, _ help: String, _ path: any WritableKeyPath<Configuration, Int> & Sendable,
        _ range: ClosedRange<Int>
    ) -> Key {
        Key(
            name: name, help: "\(help), \(range.lowerBound) to \(range.upperBound)", isList: false,
            read: { configuration, values throws(ConfigurationError) in
                guard let number = Int(values[0]), range.contains(number) else {
                    throw .value(
                        key: name, value: values[0],
                        allowed: "a whole number from \(range.lowerBound) to \(range.upperBound)")
                }
                configuration[keyPath: path] = number
            }, show: { ["\($0[keyPath: path])"] })
    }

    private static func flag(
        _ name: String, _ help: String, _ path: any WritableKeyPath<Configuration, Bool> & Sendable
    ) -> Key {
        Key(
            name: name, help: "\(help), true or false", isList: false,
            read: { configuration, values throws(ConfigurationError) in
                guard let flag = Bool(values[0]) else {
                    throw .value(key: name, value: values[0], allowed: "true or false")
                }
                configuration[keyPath: path] = flag
            }, show: { ["\($0[keyPath: path])"] })
    }

    private static func endpoints(
        _ name: String, _ help: String,
        _ path: any WritableKeyPath<Configuration, [Endpoint]> & Sendable
    ) -> Key {
        Key(
            name: name, help: help, isList: true,
            read: { configuration, values throws(ConfigurationError) in
                var endpoints: [Endpoint] = []
                for text in values {
                    do throws(ConfigurationError) { try endpoints.append(Endpoint(text)) } catch {
                        guard case .value(_, let value, let allowed) = error else { throw error }
                        throw .value(key: name, value: value, allowed: allowed)
                    }
                }
                configuration[keyPath: path] = endpoints
            }, show: { $0[keyPath: path].map(\.description) })
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
