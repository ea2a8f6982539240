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

    @Test func `names longer than 128 bytes end in a hash of all of them`() throws {
        var intake = Intake(capacity: 9)
        let long = String(repeating: "x", count: 130)
        let east = try intake.take(header(), topic: long + "éast").source
        #expect(east.name.hasPrefix(String(repeating: "x", count: 111) + "~"))
        #expect(east.name.utf8.count == 128)
        #expect(try intake.take(header(), topic: long + "éast").source === east)
        #expect(try intake.take(header("\"source\":\"\(long)\\u00e9ast\"")).source === east)
        let west = try intake.take(header(), topic: long + "wést").source
        #expect(west !== east && west.name != east.name)
        // What just fits is as it is.
        let fits = String(repeating: "x", count: 128)
        #expect(try intake.take(header(), topic: fits).source.name == fits)
    }

    @Test func `a source whose name is reserved has a place whatever came before`() throws {
        var intake = Intake(
            capacity: 1, tenure: .init(isReserved: { $0 == "gate" }))
        for index in 0..<5000 { try intake.take(header(), topic: "invented-\(index)") }
        #expect(try intake.take(header(), topic: "camera").source.name == "other")
        for sequence in 0..<3 as Range<UInt64> {
            let message = try intake.take(header(), topic: "gate")
            #expect(message.source.name == "gate" && message.sequence == sequence)
        }
        #expect(intake.ledger("gate")?.received == 3)
        #expect(intake.queue.total.received == 5004 && intake.queue.total.isBalanced)
    }

    private static let second: Int64 = 1_000_000_000

    @Test func `a silent source gives its place to a new one, and nothing is uncounted`() throws {
        var intake = Intake(capacity: 2, tenure: .init(isIdle: { _ in true }))
        for index in 0..<4096 { try intake.take(header(), topic: "old-\(index)") }
        intake.settle()
        #expect(
            try intake.take(header(), topic: "new", received: 59 * Self.second).source.name
                == "other")
        let new = try intake.take(header(), topic: "new", received: 61 * Self.second)
        #expect(new.source.name == "new" && new.sequence == 1)
        #expect(intake.queue.sources.count == 4097)
        let back = try intake.take(header(), topic: "old-17", received: 62 * Self.second)
        #expect(back.source.name == "old-17")
        intake.settle()
        // Its numbers go on where any might have ended: none names two frames.
        #expect(back.sequence == 1)
        #expect(intake.queue.total.received == 4099 && intake.queue.total.isBalanced)
        #expect(intake.ledger("new")?.received == 1)
        let areBalanced = intake.queue.ledgers.allSatisfy { $0.isBalanced }
        #expect(areBalanced)
        for index in 0..<4095 {
            _ = try intake.take(header(), topic: "newer-\(index)", received: 70 * Self.second)
        }
        #expect(intake.queue.sources.count == 4097)
        #expect(intake.queue.total.received == 4099 + 4095 && intake.queue.total.isBalanced)
    }

    @Test func `a source that has sent much, is reserved or has frames in flight is not forgotten`()
        throws
    {
        var intake = Intake(
            capacity: 9,
            tenure: .init(isReserved: { $0 == "gate" }, isIdle: { $0.name != "busy" }))
        for name in ["much", "much", "much", "much", "gate", "busy", "gone"] {
            try intake.take(header(), topic: name)
        }
        let source = try intake.take(header(), topic: "new", received: 100 * Self.second).source
        #expect(source.index.value == 3)
        #expect(intake.queue.sources.map(\.name) == ["much", "gate", "busy", "new"])
        // A day later that is another matter.
        let day = 86_500 * Self.second
        #expect(try intake.take(header(), topic: "newer", received: day).source.index.value == 3)
        #expect(try intake.take(header(), topic: "newest", received: day).source.index.value == 0)
        #expect(intake.queue.total.isBalanced)
    }

    @Test func `names that come once each are reported, once`() throws {
        var intake = Intake(capacity: 1)
        for index in 0..<200 {
            try intake.take(
                header("\"msg\":\"2026-11-26T20:00:\(index)\""),
                received: Int64(index) * Self.second)
        }
        let told = intake.decoder.takeComplaint()
        let complaint = try #require(told)
        #expect(complaint.contains("source_from") && complaint.contains("2026-11-26T20:00:0\""))
        for index in 200..<400 {
            try intake.take(header("\"msg\":\"\(index)\""), received: Int64(index) * Self.second)
        }
        #expect(intake.decoder.takeComplaint() == nil)
    }

    @Test func `many cameras that start together are no reason to complain`() throws {
        var intake = Intake(capacity: 1)
        for second in 0..<30 as Range<Int64> {
            for index in 0..<500 {
                try intake.take(header(), topic: "cam-\(index)", received: second * Self.second)
            }
        }
        try intake.take(header(), topic: "late", received: 30 * Self.second)
        #expect(intake.decoder.takeComplaint() == nil)
    }

    @Test(arguments: [
        ("auto", "topic", "topic"), ("auto", "", "source"), ("topic", "topic", "topic"),
        ("topic", "", "endpoint"), ("endpoint", "topic", "endpoint"),
        ("msg", "topic", #"{"site":"a","camera":"east"}"#), ("header:camera", "topic", "east"),
        ("header:source", "topic", "source"), ("header:number", "", "7"),
        ("header:none", "topic", "endpoint"),
        ("header:empty", "", "endpoint"), ("header:shape", "", "endpoint"),
    ])
    func `where the name is can be set`(naming: String, topic: String, name: String) throws {
        var intake = Intake(naming: try #require(SourceNaming(naming)))
        let members =
            #""source":"source","number":7,"empty":"","msg":"{\"site\":\"a\",\"camera\":\"east\"}""#
        #expect(try intake.take(header(members), topic: topic).source.name == name)
        let object = #""source":"source","number":7,"msg":{"site":"a","camera":"east"}"#
        if naming == "header:camera" {
            #expect(try intake.take(header(object), topic: topic).source.name == name)
        }
    }

    @Test(arguments: ["auto", "topic", "endpoint", "msg", "header:camera", "header:a:b"])
    func `a place of names reads back as it is written`(text: String) {
        #expect(SourceNaming(text)?.description == text)
    }

    @Test(arguments: ["", "Topic", "header", "header:", "source"])
    func `other places do not exist`(text: String) { #expect(SourceNaming(text) == nil) }

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
