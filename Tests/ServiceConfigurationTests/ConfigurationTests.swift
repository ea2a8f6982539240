import Foundation
import ServiceConfiguration
import TestSupport
import Testing
import ZeroMQ

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
        ("http: ::1:9464", ["http", "host:port"]),
        ("http: \"127.0.0.1:*\"", ["http", "host:port"]),
        ("http: 127.0.0.1:99999", ["http", "host:port"]),
        ("remote_control: tcp://127.0.0.1:77777", ["remote_control", "77777"]),
        ("max_message_bytes: 10", ["max_message_bytes", "1024 to 2147483648, or auto"]),
        ("ingest: pull+bind:tcp://127.0.0.1:99999", ["ingest", "port of 1 to 65535"]),
        ("ingest: sub+connect:tcp://camera:0", ["ingest", "to connect to"]),
        ("ingest: sub+connect:tcp://*:5555", ["ingest", "to connect to"]),
        ("ingest: sub+connect:tcp://127.0.0.1:0;192.0.2.1:5555", ["ingest", "semicolon"]),
        ("ingest: pull+bind:tcp://::1:5555", ["ingest", "brackets"]),
        ("ingest: \"pull+bind:tcp://127.0.0.1 :5555\"", ["ingest", "without spaces"]),
        ("ingest: pull+bind:ipc://", ["ingest", "path of a socket"]),
        ("ingest: \"pull+bind:ipc://*\"", ["ingest", "path of a socket"]),
        (
            "ingest: pull+bind:ipc:///\(String(repeating: "x", count: 107))",
            ["ingest", "107 bytes"]
        ),
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

    @Test func `a wrong value is named with its line, when read and when checked`() throws {
        var layers = ConfigurationLayers()
        let unread = try #require(throws: ConfigurationError.self) {
            try layers.add(yaml: "batch: 2\nqueue: many", path: "a.yaml")
        }
        #expect("\(unread)".hasPrefix("a.yaml, line 2: queue: \"many\""))
        layers = ConfigurationLayers()
        try layers.add(
            yaml: "model: m\npublish: pub+bind:ipc:///out\ningest: pull+bind:tcp://*:5555",
            path: "a.yaml")
        let exposed = try #require(throws: ConfigurationError.self) { try layers.validated() }
        #expect("\(exposed)".hasPrefix("a.yaml, line 3: ingest: pull+bind:tcp://*:5555"))
    }

    @Test func `what others on the network could use must be spelt out`() throws {
        var configuration = Configuration()
        configuration.model = "m"
        configuration.publish = [try Endpoint("pub+bind:ipc:///out")]
        for (endpoint, isLocal) in [
            ("pull+bind:tcp://127.0.0.1:5555", true), ("pull+bind:tcp://[::1]:5555", true),
            ("sub+connect:ipc:///in", true), ("pull+bind:tcp://*:5555", false),
            ("pull+bind:tcp://localhost:5555", true), ("pull+bind:tcp://127.0.0.2:5555", true),
            ("pull+bind:tcp://lo:5555", true), ("sub+connect:tcp://lo:5555", false),
            ("pull+bind:tcp://[::]:5555", false), ("pull+bind:tcp://eth0:5555", false),
            ("pull+bind:ipc://@abstract", true), ("sub+connect:tcp://[2001:db8::1]:5555", false),
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

    @Test func `spaces around an address do not count`() throws {
        #expect(
            try Endpoint(" pull+bind:tcp://127.0.0.1:5555 \n").address == "tcp://127.0.0.1:5555")
        #expect(HTTPAddress(" localhost:80 ")?.host == "127.0.0.1")
    }

    @Test(arguments: [
        ("tcp://*:5555", "tcp://127.0.0.1:5555"), ("tcp://0.0.0.0:5555", "tcp://127.0.0.1:5555"),
        ("tcp://[::]:5555", "tcp://[::1]:5555"), ("tcp://[::1]:5555", "tcp://[::1]:5555"),
        ("ipc:///run/in", "ipc:///run/in"),
    ])
    func `a peer on this machine reaches what is bound`(bound: String, reached: String) throws {
        #expect(try Endpoint("pub+bind:\(bound)").reachableAddress == reached)
    }

    @Test(arguments: [
        ("127.0.0.1:9464", "127.0.0.1", true), ("localhost:9464", "127.0.0.1", true),
        ("[::1]:9464", "::1", true), ("127.0.0.2:9464", "127.0.0.2", true),
        ("*:9464", "0.0.0.0", false), ("[::]:9464", "::", false), ("host:9464", "host", false),
    ])
    func `HTTP is served at every kind of address`(text: String, host: String, isLocal: Bool) throws
    {
        let address = try #require(HTTPAddress(text))
        #expect(address.host == host && address.port == 9464 && address.isLocal == isLocal)
        #expect(address.description == text)
    }

    /// A configuration of these endpoints and what else is listened at.
    private func configuration(
        _ ingest: [String], _ publish: String = "pub+bind:ipc:///out", http: String? = nil,
        remote: String? = nil, control: String = "none"
    ) throws -> Configuration {
        var configuration = Configuration()
        configuration.model = "m"
        configuration.ingest = try ingest.map { text throws(ConfigurationError) in
            try Endpoint(text)
        }
        configuration.publish = [try Endpoint(publish)]
        (configuration.http, configuration.remoteControl) = (http, remote)
        configuration.control = control
        configuration.allowPlaintext = true
        if remote != nil { (configuration.curveSecret, configuration.clients) = ("s", "c") }
        return configuration
    }

    @Test func `an address can be listened at once`() throws {
        let refused = [
            try configuration(["pull+bind:tcp://127.0.0.1:1"], "pub+bind:tcp://127.0.0.1:1"),
            try configuration(["pull+bind:tcp://127.0.0.1:1", "router+bind:tcp://localhost:1"]),
            try configuration(["pull+bind:tcp://*:1"], "pub+bind:tcp://127.0.0.1:1"),
            try configuration(["pull+bind:ipc:///out"]),
            try configuration(["pull+bind:ipc://@a", "pull+bind:ipc://@a"]),
            try configuration(["pull+bind:tcp://127.0.0.1:1"], http: "localhost:1"),
            try configuration(["pull+bind:tcp://127.0.0.1:1"], remote: "tcp://0.0.0.0:1"),
            try configuration(["pull+bind:ipc:///in"], control: "/in"),
        ]
        for configuration in refused {
            let error = try #require(throws: ConfigurationError.self) {
                try configuration.validate()
            }
            #expect("\(error)".contains("an address of its own"), "\(error)")
        }
        for configuration in [
            try configuration(["pull+bind:tcp://127.0.0.1:*"], "pub+bind:tcp://127.0.0.1:*"),
            try configuration(["sub+connect:tcp://a:1", "sub+connect:tcp://a:1"]),
            try configuration(["pull+bind:tcp://127.0.0.1:1"], "pub+bind:tcp://127.0.0.2:1"),
            try configuration(["pull+bind:tcp://127.0.0.1:1"], "pub+bind:tcp://[::1]:1"),
        ] { try configuration.validate() }
    }

    @Test func `metrics may be served to other machines while images may not come from there`()
        throws
    {
        var configuration = try configuration(["pull+bind:ipc:///in"], http: "*:9464")
        configuration.allowPlaintext = false
        let error = try #require(throws: ConfigurationError.self) { try configuration.validate() }
        #expect("\(error)".contains("http_allow_remote"))
        configuration.httpAllowRemote = true
        try configuration.validate()
        configuration.ingest = [try Endpoint("pull+bind:tcp://*:5555")]
        #expect(throws: ConfigurationError.self) { try configuration.validate() }
    }

    @Test func `addresses are probed as the daemon would open them, and ports in use may be`()
        throws
    {
        let folder = try TemporaryFolder()
        let taken = try Socket(Context(), .pull)
        try taken.bind("tcp://127.0.0.1:*")
        let address = try taken.lastEndpoint()
        try configuration(
            ["pull+bind:\(address)", "pull+bind:ipc://\(folder.path)/in"],
            "pub+bind:tcp://[::1]:*", http: "localhost:0"
        ).probeAddresses()
        for (endpoint, names) in [
            ("pull+bind:tcp://192.0.2.1:5555", "192.0.2.1"),
            ("pull+bind:tcp://nowhere0:5555", "nowhere0"),
            ("pull+bind:ipc://\(folder.path)/absent/in", "absent"),
            ("pull+bind:ipc://\(folder.path)", "no socket"),
        ] {
            let error = try #require(throws: (any Error).self, "\(endpoint)") {
                try configuration([endpoint], "pub+bind:ipc://\(folder.path)/out")
                    .probeAddresses()
            }
            #expect("\(error)".contains(names), "\(error)")
        }
    }

    @Test func `what a message may weigh follows from the model unless it is said`() throws {
        var configuration = Configuration()
        #expect(configuration.messageLimit(decodesPictures: false) == 16 << 20)
        #expect(configuration.messageLimit(decodesPictures: true) >= 4096 * 4096 * 4)
        var layers = ConfigurationLayers()
        try layers.add(yaml: "max_message_bytes: 5000", path: "a")
        configuration = layers.configuration
        #expect(configuration.messageLimit(decodesPictures: true) == 5000)
        try layers.add(yaml: "max_message_bytes: auto", path: "a")
        #expect(layers.configuration.maxMessageBytes == nil)
    }

    @Test func `fewer maps than verdicts may wait for a subscriber, unless it is said how many`() {
        var configuration = Configuration()
        #expect(configuration.publishHighWaterMark == 10_000)
        configuration.maps = .anomalies
        #expect(configuration.publishHighWaterMark == 2_000)
        configuration.publishHighWater = 7_000
        #expect(configuration.publishHighWaterMark == 7_000)
    }
}
