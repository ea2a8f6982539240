import Frames
import Testing

@Suite struct EnvelopeTests {
    private static let jpeg = "\u{FF}\u{D8}\u{FF}\u{E0}"

    @Test(arguments: [
        (["{\"done\": true}"], Envelope.control),
        (["{\"terminate_flag\":true,\"port\":1}"], .control),
        (["cam", "{\"done\":true}"], .control),
        (["{}"], .object(hasTopic: false)), (["{"], .object(hasTopic: false)),
        (["{\"done\": false}"], .object(hasTopic: false)),
        (["{\"done\":true,\"image\":[1]}"], .object(hasTopic: false)),
        (["{\"temperature\":3}"], .object(hasTopic: false)),
        (["{}", "x"], .array(hasTopic: false)), (["{}", ""], .array(hasTopic: false)),
        (["{}", "{}"], .array(hasTopic: false)), (["{}", "x", "y", "z"], .array(hasTopic: false)),
        (["cam", "{}", "x"], .array(hasTopic: true)), (["", "{}", "x"], .array(hasTopic: true)),
        (["cam", "{}", "x", "y"], .array(hasTopic: true)),
        (["cam", "{}"], .object(hasTopic: true)), (["", "{}"], .object(hasTopic: true)),
        (["pixels\u{0}", "{}"], .reversed), ([jpeg, "{}"], .reversed),
        ([""], .picture), (["x"], .picture), ([jpeg], .picture), ([jpeg, "x"], .picture),
        (["pixels\u{0}", "x"], .picture),
        (["", ""], .namedPicture(afterTwo: false)), (["x", "y"], .namedPicture(afterTwo: false)),
        (["x", jpeg], .namedPicture(afterTwo: false)),
        (["x", "time", jpeg], .namedPicture(afterTwo: true)),
        (["x", jpeg, jpeg], .namedPicture(afterTwo: false)),
        (["x", "y", "{}"], .namedPicture(afterTwo: false)),
        ([" {}", "x"], .namedPicture(afterTwo: false)),
        (["[]", "x"], .namedPicture(afterTwo: false)),
    ])
    func `parts are told apart by the first three`(parts: [String], expected: Envelope) {
        func part(_ index: Int) -> [UInt8] {
            index < parts.count ? parts[index].unicodeScalars.map { UInt8($0.value) } : []
        }
        let (first, second, third) = (part(0), part(1), part(2))
        let envelope = Envelope(
            first: first.span, second: second.span, third: third.span, parts: parts.count)
        #expect(envelope == expected)
    }

    @Test func `a second part that is not there is not looked at`() {
        let (topic, header) = (Array("cam".utf8), Array("{}".utf8))
        #expect(Envelope(first: topic.span, second: header.span, parts: 1) == .picture)
    }

    @Test func `no picture is taken for a topic`() {
        let (pixels, header) = ([UInt8](repeating: 0x41, count: 257), Array("{}".utf8))
        #expect(Envelope(first: pixels.span, second: header.span, parts: 2) == .reversed)
        #expect(Envelope(first: pixels.span, second: pixels.span, parts: 2) == .picture)
        // As before, whatever stands before a header and pixels is one.
        #expect(
            Envelope(first: pixels.span, second: header.span, parts: 3) == .array(hasTopic: true))
    }
}
