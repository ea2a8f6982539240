import DetectionService
import Foundation
import Testing

@Suite struct ConfigurationTests {
    @Test func `the shipped file documents every key with its default`() throws {
        let url = DaemonProcess.repository.appendingPathComponent("config/elbod.yaml")
        let configuration = try Configuration(file: url.path)
        var expected = Configuration()
        expected.model = "/usr/share/elbod/models/mnist"
        expected.ingest = [try Endpoint("pull+bind:tcp://127.0.0.1:5555")]
        expected.publish = [try Endpoint("pub+bind:tcp://127.0.0.1:5556")]
        #expect(configuration == expected)
        let text = try String(contentsOf: url, encoding: .utf8)
        for key in Configuration.keys { #expect(text.contains("\n\(key):"), "\(key)") }
    }

    /// A file, and what the message about it must name.
    static let refusals: [(yaml: String, names: [String])] = [
        ("modle: x", ["modle", "line 1", "model"]),
        ("queue: many", ["queue", "many", "1 to 1048576"]),
        ("queue: 0", ["queue", "\"0\"", "1 to 1048576"]),
        ("batch: 1e9", ["batch", "1 to 4096"]),
        ("all_scores: perhaps", ["all_scores", "perhaps", "true or false"]),
        ("ingest: tcp://127.0.0.1:5555", ["ingest", "tcp://127.0.0.1:5555", "pattern+role"]),
        ("ingest: [pull+bind:udp://x]", ["ingest", "udp", "tcp://"]),
        ("model: [a, b]", ["model", "a directory"]),
        ("- model", ["no keys"]),
        ("model: \"", ["not valid YAML"]),
    ]

    @Test(arguments: refusals.indices)
    func `a bad key or value is named together with what is allowed`(index: Int) throws {
        let refusal = Self.refusals[index]
        let error = try #require(throws: ConfigurationError.self) {
            _ = try Configuration(yaml: refusal.yaml, path: "test.yaml")
        }
        for name in refusal.names { #expect("\(error)".contains(name), "\(error)") }
    }

    @Test func `an endpoint reads back as it was written`() throws {
        for text in ["sub+connect:tcp://127.0.0.1:5555", "pull+bind:ipc:///run/elbod/in"] {
            #expect(try Endpoint(text).description == text)
        }
    }
}
