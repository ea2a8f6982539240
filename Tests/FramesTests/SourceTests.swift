import Frames
import TestSupport
import Testing

@Suite struct SourceTests {
    @Test(arguments: [
        ("topic", #""source":"source","msg":"message""#, "topic"),
        ("topic/", #""source":"source""#, "topic"), ("a/b/", "", "a/b"), ("/", "", "/"),
        ("", #""source":"source","msg":"message""#, "source"),
        ("", #""msg":"message","source":"source""#, "source"),
        ("", #""source":"","msg":"message""#, "message"),
        ("", #""source":7,"msg":"message""#, "message"), ("", #""msg":"message""#, "message"),
        ("", #""msg":"""#, "endpoint"), ("", #""msg":["message"]"#, "endpoint"),
        ("", #""msg":null"#, "endpoint"), ("", #""id":"x""#, "endpoint"),
    ])
    func `a frame's source is its topic, or source, or msg, or the endpoint`(
        topic: String, members: String, name: String
    ) throws {
        var intake = Intake()
        let message = try intake.take(header(members.isEmpty ? #""x":1"# : members), topic: topic)
        #expect(message.source.name == name)
    }

    @Test func `a refused message is attributed as far as it could be read`() {
        var intake = Intake()
        #expect(intake.blame("nonsense") == "endpoint")
        #expect(intake.blame("nonsense", topic: "cam/") == "cam")
        #expect(intake.blame(#"{"source":"cam"}"#) == "cam")
        #expect(intake.blame(#"{"source":"cam"}"#, topic: "topic") == "topic")
        #expect(intake.source(topic: "cam/") == "cam")
        #expect(intake.source(topic: "") == "endpoint")
    }

    @Test(arguments: [
        (#"caf\u00e9"#, "café"), (#"caf\u00E9"#, "café"), (#"\ud83d\ude00"#, "\u{1F600}"),
        (#"a\"b\\c\/d"#, "a\"b\\c/d"), (#"\b\f\n\r\t"#, "\u{8}\u{C}\n\r\t"), (#"\u0000"#, "\u{0}"),
        (#"\ud83d"#, "\u{FFFD}"), (#"\ude00x"#, "\u{FFFD}x"), (#"\ud83dx"#, "\u{FFFD}x"),
        (#"\ud83d\u0041"#, "\u{FFFD}A"), (#"\x"#, "x"), (#"\u12g"#, "\u{FFFD}g"),
        (#"\u"#, "\u{FFFD}"),
    ])
    func `a name escaped in JSON is the name it stands for`(text: String, name: String) throws {
        var intake = Intake(capacity: 9)
        #expect(try intake.take(header("\"source\":\"\(text)\"")).source.name == name)
        #expect(try intake.take(header("\"msg\":\"\(text)\"")).source.name == name)
        #expect(try intake.take(header(), topic: name).source.name == name)
        #expect(intake.frames.map(\.sequence) == [0, 1, 2])
    }

    @Test func `names of one hash are two sources`() throws {
        var intake = Intake(capacity: 9)
        for sequence in 0..<2 as Range<UInt64> {
            // Both are 4eac0c95540867e4 in FNV-1a.
            for name in ["8yn0iYCKYHlIj4-BwPqk", "GReLUrM4wMqfg9yzV3KQ"] {
                let message = try intake.take(header("\"source\":\"\(name)\""))
                #expect(message.source.name == name && message.sequence == sequence)
            }
        }
    }

    @Test(arguments: [
        ("cam-1", "cam-1"), ("A.z_9", "A.z_9"), ("a/b c", "a%2fb%20c"), ("50%", "50%25"),
        ("é", "%c3%a9"), ("a\nb\u{0}", "a%0ab%00"), ("", ""), ("+#*", "%2b%23%2a"),
    ])
    func `topics hold nothing but letters, digits, dots, dashes and escapes`(
        name: String, topic: String
    ) {
        let source = Source(name)
        #expect(source.name == name)
        #expect(String(decoding: source.anomalyTopic, as: UTF8.self) == "anomaly/\(topic)/")
        #expect(String(decoding: source.normalTopic, as: UTF8.self) == "normal/\(topic)/")
        #expect(String(decoding: source.errorTopic, as: UTF8.self) == "error/\(topic)/")
    }

    @Test func `names longer than 128 bytes are cut`() throws {
        var intake = Intake()
        let long = String(repeating: "x", count: 127)
        let first = try intake.take(header(), topic: long + "éa").source
        #expect(first.name == long + "\u{FFFD}")
        #expect(try intake.take(header(), topic: long + "éb").source === first)
        #expect(try intake.take(header("\"source\":\"\(long)\\u00e9b\"")).source === first)
        #expect(try intake.take(header(), topic: long).source !== first)
    }

    @Test func `4096 sources are told apart and the rest are one`() throws {
        var intake = Intake(capacity: 1)
        let names = (0..<4096).map { try? intake.take(header(), topic: "cam-\($0)").source.name }
        #expect(names.last == "cam-4095")
        let others = try (4096..<5000).map { try intake.take(header(), topic: "cam-\($0)").source }
        #expect(Set(others.map(\.name)) == ["other"])
        #expect(Set(others.map(ObjectIdentifier.init)).count == 1)
        #expect(intake.frames[0].sequence == 903)
        #expect(try intake.take(header(), topic: "cam-17").source.name == "cam-17")
        #expect(intake.frames[0].sequence == 1)
    }

    @Test func `sources are told apart whatever the order of their frames`() throws {
        var intake = Intake(capacity: 64)
        for round in 0..<4 {
            for name in ["a", "b", "ab", "ba", "a\0", "A", "cam-1", "cam-10"] {
                try intake.take(header(), topic: name)
                let last = Array(zip(intake.frames, intake.names)).last { $0.1 == name }?.0
                #expect(last?.sequence == UInt64(round))
            }
        }
    }
}
