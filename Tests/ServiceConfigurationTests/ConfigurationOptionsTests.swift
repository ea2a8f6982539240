import ArgumentParser
import Foundation
import ServiceConfiguration
import Testing

@Suite struct ConfigurationOptionsTests {
    /// The words of the help, however it breaks lines.
    private static func words(_ text: String) -> String {
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    @Test func `every key has an option whose help is the table's`() {
        let help = Self.words(ConfigurationOptions.helpMessage(columns: 120))
        for key in Configuration.keys {
            let entry = Self.words("\(key.option) <\(key.valueName)> \(key.help)")
            #expect(help.contains(entry), "\(entry)")
        }
        // And --config, --help.
        #expect(help.components(separatedBy: " --").count == Configuration.keys.count + 3)
    }

    /// A value for every key, other than its default; several for lists.
    private static let values: [String: [String]] = [
        "model": ["m"], "ingest": ["pull+bind:ipc:///a", "sub+connect:ipc:///b"],
        "publish": ["pub+bind:ipc:///c", "pub+bind:ipc:///d"], "queue": ["7"], "batch": ["3"],
        "queue_bytes": ["65536"], "receive_high_water": ["9"],
        "threads": ["200"], "precision": ["bf16"], "max_message_bytes": ["2048"],
        "frozen_frames": ["5"], "event": ["3/8"], "fdr": ["200@0.1"], "thin": ["25"],
        "boxes": ["2"], "maps": ["anomalies"],
        "publish_high_water": ["5"], "all_scores": ["true"], "bare_frames": ["true"],
        "source_from": ["header:camera"],
        "reply": ["ok"], "shard": ["2/3"], "memory_limit": ["64"], "stale_after": ["4"],
        "start_wait": ["9"], "state": ["/s"], "keep_calibrations": ["3"], "control": ["/c"],
        "remote_control": ["tcp://*:5"],
        "http": ["localhost:1"], "curve_secret": ["/k"], "clients": ["/l"],
        "server_keys": ["tcp://a:1 KEY", "tcp://b:2 KEY"], "allow_plaintext": ["true"],
        "http_allow_remote": ["true"],
    ]

    @Test func `every key is set by its option, its variable and its line in a file alike`() throws
    {
        #expect(Set(Self.values.keys) == Set(Configuration.keys.map(\.name)))
        var arguments: [String] = []
        var environment: [String: String] = [:]
        var file = ""
        for key in Configuration.keys {
            let values = try #require(Self.values[key.name])
            #expect(Configuration().values(of: key) != values, "\(key.name)")
            arguments += values.flatMap { [key.option, $0] }
            environment[key.variable] = values.joined(separator: ",")
            file +=
                "\(key.name): \(key.isList ? "[\(values.joined(separator: ", "))]" : values[0])\n"
        }
        let given = try ConfigurationOptions.parse(arguments).layers()
        var others = (ConfigurationLayers(), ConfigurationLayers())
        try others.0.add(environment: environment)
        try others.1.add(yaml: file, path: "a.yaml")
        for key in Configuration.keys {
            #expect(given.configuration.values(of: key) == Self.values[key.name], "\(key.name)")
            #expect(given.origins[key.name] == "option \(key.option)")
        }
        #expect(others.0.configuration == given.configuration)
        #expect(others.1.configuration == given.configuration)
    }

    @Test func `an option that is not given leaves its key alone`() throws {
        let layers = try ConfigurationOptions.parse(["--queue", "7"]).layers()
        #expect(layers.origins.keys.filter { $0 != "queue" } == [])
        #expect(throws: (any Error).self) { try ConfigurationOptions.parse(["--queues", "7"]) }
    }
}
