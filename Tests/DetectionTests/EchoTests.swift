import Foundation
import TestSupport
import Testing

@Suite struct EchoTests {
    @Test(arguments: [
        #""cam-1""#, #"["tuple", 1]"#, "3", "-0.5e-3", "1E+9", "true", "false", "null", "{}", "[]",
        #"{"a":{"b":[1,2,{"c":null}]},"d":"}]"}"#, #""\u00e9\ud83d\ude00\"\\\/\b\f\n\r\t""#,
        "\"é\u{1F600}\u{7F}\"", "-0", "0.0", "1e5", #""""#, #"{"":""}"#,
    ])
    func `msg, id and ts are echoed untouched`(value: String) throws {
        let line = try verdict(header("\"msg\":\(value)", "\"id\":\(value)", "\"ts\":\(value)"))
        _ = try object(line)
        let text = String(decoding: line, as: UTF8.self)
        #expect(text.contains("\"id\":\(value),\"source\":"))
        #expect(text.contains(",\"msg\":\(value),\"verdict\":"))
        #expect(text.contains(",\"ts_source\":\(value),\"ts_received\":"))
    }

    @Test(arguments: [
        "NaN", "Infinity", "-Infinity", "nan", "tru", "nul", "True", "01", "-01", "1.", ".5", "1e",
        "1e+", "-", "+1", "1-1", "0x10", "1.2.3", "--1", "1e5e5", "00", "abc", "[1,NaN]",
        "{\"a\":01}", #""\x""#, #""\u12""#, #""\u12g4""#, #""\ud800""#, #""\ud800\u0041""#,
        #""\udc00""#, #""\ud83dx""#, #"["\q"]"#, #"{"\q":1}"#, #""\U0041""#,
    ])
    func `a value that is not strict JSON reads null, and the frame is judged`(value: String) throws
    {
        let line = try verdict(header("\"msg\":\(value)", "\"id\":\(value)", "\"ts\":\(value)"))
        try expectNull(line)
    }

    @Test(
        arguments: [
            [0xFF], [0x80], [0xC3], [0xC3, 0x28], [0xC0, 0x80], [0xE2, 0x82], [0xED, 0xA0, 0x80],
            [0xF0, 0x82, 0x82, 0xAC], [0xF4, 0x90, 0x80, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80],
            [0x5C, 0xC3],
        ] as [[UInt8]])
    func `a value that is not UTF-8 reads null`(bytes: [UInt8]) throws {
        var intake = Intake()
        var text = Array("{\"dtype\":\"uint8\",\"shape\":[2,2]".utf8)
        for key in ["msg", "id", "ts"] { text += Array(",\"\(key)\":\"".utf8) + bytes + [0x22] }
        try intake.take(text + [0x7D])
        var verdicts = try Verdicts()
        try expectNull(verdicts.line(of: intake.batch), source: nil)
    }

    @Test func `a line break between tokens does not break the line`() throws {
        let line = try verdict(header("\"msg\":[1,\r\n\t2]", "\"id\":[\n]"))
        #expect(try object(line)["msg"] as? [Int] == [1, 2])
        #expect(String(decoding: line, as: UTF8.self).contains("\"msg\":[1,   2],"))
    }

    @Test func `a shape is echoed as sent, unless it is not strict JSON`() throws {
        #expect(try shape("[ 2,\n2 ]") == "[ 2, 2 ]")
        #expect(try shape("[1,2,2,1]") == "[1,2,2,1]")
        #expect(try shape("[02,2]") == "null")
    }

    @Test func `512 bytes are kept per frame, and a value that does not fit reads null`() throws {
        // "[2,2]" takes five of them.
        let fits = "\"" + String(repeating: "x", count: 505) + "\""
        #expect(try object(verdict(header("\"msg\":\(fits)")))["msg"] as? String != nil)
        let tooLong = "\"" + String(repeating: "x", count: 506) + "\""
        let line = try object(verdict(header("\"msg\":\(tooLong)", "\"id\":7", "\"ts\":1")))
        #expect(line["msg"] is NSNull)
        #expect(line["id"] as? Int == 7)
        #expect(line["ts_source"] as? Int == 1)
    }

    @Test func `echoes of a row are not those of the frame that was there before`() throws {
        var intake = Intake(capacity: 2)
        for _ in 0..<3 { try intake.take(header("\"msg\":\"first\"", "\"id\":1", "\"ts\":1")) }
        try intake.take(header("\"msg\":\"second\""))
        try intake.take(header())
        var verdicts = try Verdicts()
        #expect(try object(verdicts.line(of: intake.batch, row: 0))["msg"] as? String == "second")
        try expectNull(verdicts.line(of: intake.batch, row: 1), source: "endpoint")
    }

    private func verdict(_ header: String) throws -> [UInt8] {
        var intake = Intake()
        try intake.take(header)
        var verdicts = try Verdicts()
        return verdicts.line(of: intake.batch)
    }

    private func shape(_ shape: String) throws -> String? {
        let text = String(decoding: try verdict(header(shape: shape)), as: UTF8.self)
        let parts = text.split(separator: "\"shape\":")
        return parts.last.map { String($0.prefix { $0 != "}" }) }
    }

    private func expectNull(_ line: [UInt8], source: String? = nil) throws {
        let verdict = try object(line)
        #expect(verdict["msg"] is NSNull)
        #expect(verdict["ts_source"] is NSNull)
        let name = try #require(verdict["source"] as? String)
        #expect(verdict["id"] as? String == "\(name):6f1c2a90:0")
        if let source { #expect(name == source) }
    }
}
