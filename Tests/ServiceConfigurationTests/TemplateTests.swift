import Foundation
import ServiceConfiguration
import Testing

@Suite struct TemplateTests {
    private static let shipped = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("config/elbod.yaml")

    @Test func `the shipped file is what elbo config template prints`() throws {
        let text = try String(contentsOf: Self.shipped, encoding: .utf8)
        #expect(text == Configuration.template)
    }

    @Test func `the shipped file sets every key to its default, but for four examples`() throws {
        var layers = ConfigurationLayers()
        try layers.add(file: Self.shipped.path)
        var expected = Configuration()
        expected.model = "/usr/share/elbod/models/mnist"
        expected.ingest = [try Endpoint("pull+bind:ipc:///run/elbod/images")]
        expected.publish = [try Endpoint("pub+bind:ipc:///run/elbod/verdicts")]
        expected.http = "127.0.0.1:9464"
        #expect(layers.configuration == expected)
        #expect(Set(layers.origins.keys) == Set(Configuration.keys.map(\.name)))
    }

    @Test func `every key is explained above its line`() {
        let sections = Configuration.template.components(separatedBy: "\n\n").dropFirst()
        #expect(sections.count == Configuration.keys.count)
        for (key, section) in zip(Configuration.keys, sections) {
            let lines = section.split(separator: "\n").map(String.init)
            let comment = lines.prefix { $0.hasPrefix("# ") }.map { $0.dropFirst(2) }
            #expect(comment.joined(separator: " ").hasPrefix(key.help), "\(key.name)")
            #expect(lines[comment.count].hasPrefix("\(key.name):"), "\(key.name)")
            #expect(lines.allSatisfy { $0.count <= 110 }, "\(key.name)")
        }
    }
}
