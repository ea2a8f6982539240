import Foundation
import ServiceConfiguration
import Testing

@Suite struct ConfigurationTests {
    /// A file, and what the message about it must name.
    static let refusals: [(yaml: String, names: [String])] = [
        ("modle: x", ["modle", "line 1", "did you mean \"model\""]),
        ("max_mesage_byte: 5", ["did you mean \"max_message_bytes\""]),
        ("threads: none", ["threads", "none", "auto"]),
        ("reply: maybe", ["reply", "maybe", "verdict or ok"]),
        ("control: here", ["control", "here", "absolute path"]),
        ("remote_control: ipc:///x", ["remote_control", "ipc:///x", "tcp://"]),
        ("http: 9464", ["http", "9464", "host:port"]),
        ("queue: [1, 2]", ["queue", "one value"]),
        ("ingest: {a: b}", ["ingest", "list of values"]),
        ("queue: many", ["queue", "many", "1 to 1048576"]),
        ("queue: 0", ["queue", "\"0\"", "1 to 1048576"]),
        ("batch: 1e9", ["batch", "1 to 4096"]),
        ("all_scores: perhaps", ["all_scores", "perhaps", "true or false"]),
        ("ingest: tcp://127.0.0.1:5555", ["ingest", "tcp://127.0.0.1:5555", "pattern+role"]),
        ("ingest: [pull+bind:udp://x]", ["ingest", "udp", "tcp://"]),
        ("model: [a, b]", ["model", "one value"]),
        ("- model", ["no keys"]),
        ("model: \"", ["not valid YAML"]),
    ]

    @Test(arguments: refusals.indices)
    func `a bad key or value is named together with what is allowed`(index: Int) throws {
        let refusal = Self.refusals[index]
        let error = try #require(throws: ConfigurationError.self) {
            var layers = ConfigurationLayers()
            try layers.add(yaml: refusal.yaml, path: "test.yaml")
        }
        for name in refusal.names { #expect("\(error)".contains(name), "\(error)") }
    }

    @Test func `the command line wins over the environment, and that over the file`() throws {
        var layers = ConfigurationLayers()
        try layers.add(yaml: "queue: 10\nbatch: 20\nthreads: 2", path: "a.yaml")
        try layers.add(environment: [
            "ELBOD_BATCH": "30", "ELBOD_THREADS": "3", "PATH": "/bin",
            "ELBOD_INGEST": "pull+bind:ipc:///a,sub+connect:ipc:///b",
        ])
        try layers.add(options: ["threads": ["4"]])
        #expect(layers.configuration.queue == 10 && layers.configuration.batch == 30)
        #expect(layers.configuration.threads == 4 && layers.configuration.ingest.count == 2)
        #expect(layers.origins["queue"] == "a.yaml, line 1")
        #expect(layers.origins["batch"] == "environment variable ELBOD_BATCH")
        #expect(layers.origins["threads"] == "option --threads")
        #expect(layers.origins["model"] == nil)
        let error = try #require(throws: ConfigurationError.self) {
            try layers.add(environment: ["ELBOD_QUEU": "3"])
        }
        #expect("\(error)".contains("ELBOD_QUEU") && "\(error)".contains("\"queue\""))
    }

    @Test func `what others on the network could use must be spelt out`() throws {
        var configuration = Configuration()
        configuration.model = "m"
        configuration.publish = [try Endpoint("pub+bind:ipc:///out")]
        for (endpoint, isLocal) in [
            ("pull+bind:tcp://127.0.0.1:5555", true), ("pull+bind:tcp://[::1]:5555", true),
            ("sub+connect:ipc:///in", true), ("pull+bind:tcp://*:5555", false),
            ("sub+connect:tcp://camera:5555", false), ("router+bind:tcp://0.0.0.0:1", false),
            ("pull+bind:tcp://127.0.0.1.example:5555", false),
        ] {
            configuration.ingest = [try Endpoint(endpoint)]
            configuration.allowPlaintext = false
            let error = { try configuration.validate() }
            if isLocal {
                try error()
            } else {
                #expect(throws: ConfigurationError.self, "\(endpoint)") { try error() }
            }
            configuration.allowPlaintext = true
            try configuration.validate()
        }
    }

    @Test func `every value shown can be read again`() throws {
        var layers = ConfigurationLayers()
        try layers.add(options: ["ingest": ["pull+bind:ipc:///a"], "model": ["m"]])
        var copy = Configuration()
        for key in Configuration.keys where key.name != "publish" {
            try copy.set(key, to: layers.configuration.values(of: key))
        }
        #expect(copy == layers.configuration)
    }

    @Test func `an endpoint reads back as it was written`() throws {
        for text in ["sub+connect:tcp://127.0.0.1:5555", "pull+bind:ipc:///run/elbod/in"] {
            #expect(try Endpoint(text).description == text)
        }
    }
}
