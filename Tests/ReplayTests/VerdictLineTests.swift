import Replay
import Testing

@Suite struct VerdictLineTests {
    private static let golden = """
        {"schema":"elbod.verdict/1","id":"replay-5f0c:64d5afdd:3","source":"replay-5f0c",\
        "epoch":"64d5afdd","seq":3,"index":0,"msg":"fashion-mnist/3","verdict":"anomaly",\
        "is_anomaly":true,"side":"high","score":0.032145678,"z":4.8197073,"metric":"mse",\
        "threshold":{"lower":-0.00080961635,"upper":0.01845316,"mu":0.0088217715,\
        "sigma":0.004815694,"k":2.0},"model":"sha256:90746c1955632b32",\
        "calibration":"sha256:04c6e7c817e77f36","calibration_revision":1,\
        "ts_source":1763880000.123456,"ts_received":"2026-11-23T15:18:14.232048Z",\
        "ts_scored":"2026-11-23T15:18:14.232614Z","queue_us":179,"score_us":387,\
        "dropped_before":0,"input":{"dtype":"uint8","shape":[28, 28]},"worker":"vm",\
        "pub_seq":3664592}
        """
    private static let verdict = VerdictLine.verdict(
        sequence: 3, isAnomaly: true, score: 0.032145678)

    private func read(_ line: String, source: String = "replay-5f0c") -> VerdictLine {
        let (line, source) = (Array(line.utf8), Array(source.utf8))
        return VerdictLine(line.span, source: source.span)
    }

    @Test func `a verdict is read`() {
        #expect(read(Self.golden) == Self.verdict)
    }

    @Test func `an error is read with its reason`() throws {
        let line = """
            {"schema":"elbod.error/1","source":"replay-5f0c","epoch":"64d5afdd",\
            "reason":"bad_shape","detail":"the shape is not one or several images of the model's \
            size","ts_received":"2026-11-23T15:18:14.232103Z","worker":"vm","pub_seq":3664591}
            """
        guard case .error(let reason) = read(line) else {
            Issue.record("not an error")
            return
        }
        #expect(String(decoding: Array(line.utf8)[reason], as: UTF8.self) == "bad_shape")
    }

    @Test(arguments: [
        #""source":"replay-5f0d""#, #""source":"replay-5f0c2""#, #""source":"replay-5f0""#,
        #""source":"""#, #""source":"replay-5f0c\"""#, #""source":"a\"b\\""#,
        #""source":"\u0072eplay-5f0c""#,
    ])
    func `verdicts on other sources are foreign, escaped names or not`(source: String) {
        let line = Self.golden.replacing(#""source":"replay-5f0c""#, with: source)
        #expect(read(line) == .foreign)
    }

    @Test func `a status is foreign`() {
        let line = #"{"schema":"elbod.status/1","state":"serving","received":10,"ts":"2026"}"#
        #expect(read(line) == .foreign)
    }

    @Test(arguments: [
        #""a\"b,\"seq\":9""#, #""\\""#, #""é""#, #"{"seq":9,"score":[1,{"index":7}],"x":"]}"}"#,
        "[[],{},\"[\"]", "null", "-1.5e-7", "true", #""{""#, "[1 , 2]", #""""#,
    ])
    func `an echoed message may be any value`(message: String) {
        let line = Self.golden.replacing(#""fashion-mnist/3""#, with: message)
        #expect(read(line) == Self.verdict)
        let first = Self.golden.replacing("{\"schema\"", with: "{\"msg\":\(message),\"schema\"")
        #expect(read(first) == Self.verdict)
    }

    @Test func `keys may come in any order and with spaces`() {
        let line = """
            { "score" : 0.032145678 , "is_anomaly" : true, "index":0,\t"seq" : 3,
            """.replacing("\n", with: "") + #" "source" : "replay-5f0c" }"#
        #expect(read(line) == Self.verdict)
    }

    @Test func `keys that only end alike are passed over`() {
        let line = Self.golden.replacing(
            "{\"schema\"",
            with: "{\"a_very_long_key_with_seq\":9,\"xseq\":9,\"\\seq\":9,\"scores\":{},\"schema\"")
        #expect(read(line) == Self.verdict)
    }

    @Test func `a second image of a message is not of ours`() {
        #expect(read(Self.golden.replacing("\"index\":0", with: "\"index\":1")) == .foreign)
    }

    @Test func `a line without its verdict is unreadable wherever it breaks off`() throws {
        let end = try #require(Self.golden.firstRange(of: "0.032145678")).lowerBound
        let ours = try #require(Self.golden.firstRange(of: "\"replay-5f0c\",")).upperBound
        var line = Self.golden[..<end]
        while line.endIndex >= ours {
            #expect(read(String(line)) == .unreadable, "\(line)")
            line.removeLast()
        }
    }

    @Test(arguments: [
        "", "{", "}", "null", "[]", "hello", "\"", "{\"", "{\"a\"", "{\"a\":", "{\"a\":1", "{a:1}",
        "{\"a\":\"\\", "{\"a\":[1,2}", "{\"a\":[[[[", "{\"source\":3}", "{\"source\"}",
        "{\"seq\":-1}", "{\"seq\":99999999999999999999}", "{\"seq\":\"3\"}", "{\"score\":null}",
        "{\"score\":1e999}", "{\"score\":.5}", "{\"score\":1.}", "{\"score\":-}",
        "{\"is_anomaly\":1}", "{\"index\":x}", "{\"reason\":4}", "{\"a\":}", "{\"a\":,}",
    ])
    func `garbage is unreadable`(line: String) {
        #expect(read(line) == .unreadable)
    }

    @Test func `no byte anywhere makes reading go astray`() {
        // Every single-byte change of a line gives one of the four answers and no trap.
        let line = Array(Self.golden.utf8)
        let source = Array("replay-5f0c".utf8)
        for index in line.indices {
            for byte in [0, 0x22, 0x5C, 0x7B, 0x7D, 0x5B, 0x2C, 0x39, 0xFF] as [UInt8] {
                var changed = line
                changed[index] = byte
                _ = VerdictLine(changed.span, source: source.span)
                let start = Array(changed[...index])
                _ = VerdictLine(start.span, source: source.span)
            }
        }
    }

    @Test(arguments: [
        "0.0", "5.8618483e-05", "-1.8197073", "3.4028235e+38", "1e-45", "1.1754944e-38", "0.1",
        "16777216.0", "123456.79", "9.999999e-10", "1E5", "93.858400370025634765625",
        "123456789012345678901234567890.5", "0.00000000000000000000000000000000000000000001",
    ])
    func `scores are read as Swift reads them`(text: String) throws {
        let line = Self.golden.replacing("0.032145678", with: text)
        let score = try #require(Float(text))
        #expect(read(line) == .verdict(sequence: 3, isAnomaly: true, score: score))
    }

    @Test func `random scores come back to the bit`() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<20_000 {
            let score = Float(bitPattern: UInt32.random(in: 0...UInt32.max, using: &random))
            guard score.isFinite else { continue }
            let line = #"{"source":"s","seq":0,"index":0,"is_anomaly":false,"score":\#(score)}"#
            let expected = VerdictLine.verdict(sequence: 0, isAnomaly: false, score: score)
            #expect(read(line, source: "s") == expected)
        }
    }
}
