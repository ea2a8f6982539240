import Testing
import YAML

@Suite struct YAMLTests {
    @Test func `scalars, sequences and mappings have their text and their lines`() throws {
        let root = try #require(
            try YAML.parse("# comment\na: 007\nb:\n  - yes\n  - \"x: y\"\nc: {d: ~}\n"))
        #expect(root.mapping?.map(\.name) == ["a", "b", "c"])
        #expect(root["a"]?.scalar == "007" && root["a"]?.line == 2)
        #expect(root["b"]?.sequence?.map(\.scalar) == ["yes", "x: y"])
        #expect(root["c"]?["d"]?.scalar == "~" && root["c"]?.line == 6)
        #expect(root["e"] == nil && root["a"]?["d"] == nil && root.scalar == nil)
    }

    @Test(arguments: ["", "# nothing", "\n\n"])
    func `an empty text is no document`(text: String) throws {
        #expect(try YAML.parse(text) == nil)
    }

    @Test(arguments: [
        ("a: 1\nb: [1, 2\nc: 3", "line 3: "), ("a: 1\na: 2", "line 2: a is there twice"),
        ("[a]: 1", "line 1: a name is no text"), ("a: \u{7}", "line 1: "),
        ("a: &a [*a]", "line 1: it is too deep or too large"),
        (
            String(repeating: "[", count: 40) + String(repeating: "]", count: 40),
            "line 1: it is too"
        ),
    ])
    func `what cannot be read says where`(text: String, start: String) {
        let error = #expect(throws: YAMLError.self) { try YAML.parse(text) }
        #expect(error?.description.hasPrefix(start) == true, "\(error?.description ?? "")")
    }

    @Test func `aliases cannot make much of little`() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...9 {
            let items = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(items)]\n"
        }
        #expect(throws: YAMLError.self) { try YAML.parse(text) }
    }
}
