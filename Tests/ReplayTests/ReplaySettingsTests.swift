import Replay
import ServiceConfiguration
import Testing

@Suite struct ReplaySettingsTests {
    @Test(arguments: [
        ("tcp://camera:5555", "push+connect:tcp://camera:5555"),
        ("ipc:///run/elbod/in", "push+connect:ipc:///run/elbod/in"),
        ("push+bind:tcp://*:5555", "push+bind:tcp://*:5555"),
        ("pub+bind:ipc:///run/frames", "pub+bind:ipc:///run/frames"),
        ("pub+connect:tcp://10.0.0.1:7", "pub+connect:tcp://10.0.0.1:7"),
    ])
    func `frames go to push and pub endpoints, and plain addresses are pushed to`(
        text: String, endpoint: String
    ) throws {
        #expect(try ReplaySettings.framesEndpoint(text).description == endpoint)
    }

    @Test(arguments: [
        ("tcp://host:5556", "sub+connect:tcp://host:5556"),
        ("sub+bind:ipc:///run/verdicts", "sub+bind:ipc:///run/verdicts"),
    ])
    func `verdicts come from sub endpoints, and plain addresses are subscribed to`(
        text: String, endpoint: String
    ) throws {
        #expect(try ReplaySettings.verdictsEndpoint(text).description == endpoint)
    }

    @Test(arguments: ["sub+connect:tcp://a:1", "pull+bind:tcp://a:1", "a:1", "", "push:tcp://a:1"])
    func `frames cannot go anywhere else`(text: String) {
        #expect(throws: ReplayError.self) { try ReplaySettings.framesEndpoint(text) }
    }

    @Test(arguments: ["pub+connect:tcp://a:1", "push+bind:tcp://a:1", "http://a", "tcp:/a"])
    func `verdicts cannot come from anywhere else`(text: String) {
        #expect(throws: ReplayError.self) { try ReplaySettings.verdictsEndpoint(text) }
    }

    @Test func `the window is less than what a daemon's queue holds`() throws {
        let settings = ReplaySettings(
            frames: try ReplaySettings.framesEndpoint("pub+bind:tcp://a:2"),
            verdicts: try ReplaySettings.verdictsEndpoint("tcp://a:1"))
        #expect(settings.window < Configuration().queue)
    }

    @Test(arguments: ["replay", "cam-1", "A.b_c-9", String(repeating: "x", count: 100)])
    func `a source that needs no escape is allowed`(name: String) {
        #expect(ReplaySettings.isSource(name))
    }

    @Test(arguments: [
        "", "a b", "a/b", "a\"b", "a\\b", "é", "a\n", String(repeating: "x", count: 101),
    ])
    func `any other source is not`(name: String) {
        #expect(!ReplaySettings.isSource(name))
    }

    @Test func `runs have sources of their own`() {
        let sources = Set((0..<50).map { _ in ReplaySettings.uniqueSource() })
        #expect(sources.count > 45)
        #expect(sources.allSatisfy { $0.hasPrefix("replay-") && $0.utf8.count == 11 })
        #expect(sources.allSatisfy(ReplaySettings.isSource))
    }
}
