import Frames
import Testing

@Suite struct EnvelopeTests {
    @Test(arguments: [
        (["{}"], Envelope.control), (["{\"done\": true}"], .control), (["{"], .control),
        (["{}", "x"], .array(hasTopic: false)), (["{}", ""], .array(hasTopic: false)),
        (["{}", "{}"], .array(hasTopic: false)), (["{}", "x", "y", "z"], .array(hasTopic: false)),
        (["cam", "{}", "x"], .array(hasTopic: true)), (["", "{}", "x"], .array(hasTopic: true)),
        (["cam", "{}", "x", "y"], .array(hasTopic: true)),
        (["cam", "{}"], .noPayload), (["", "{}"], .noPayload),
        ([""], .noHeader), (["x"], .noHeader), (["", ""], .noHeader),
        (["x", "y", "{}"], .noHeader),
        ([" {}", "x"], .noHeader), (["x", "y"], .noHeader), (["[]", "x"], .noHeader),
    ])
    func `parts are told apart by the first two`(parts: [String], expected: Envelope) {
        let first = Array(parts[0].utf8)
        let second = parts.count > 1 ? Array(parts[1].utf8) : []
        let envelope = Envelope(first: first.span, second: second.span, parts: parts.count)
        #expect(envelope == expected)
    }

    @Test func `a second part that is not there is not looked at`() {
        let (topic, header) = (Array("cam".utf8), Array("{}".utf8))
        #expect(Envelope(first: topic.span, second: header.span, parts: 1) == .noHeader)
    }
}
