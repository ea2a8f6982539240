import Detection
import Foundation
import Frames
import Platform
import Testing

@Suite struct RejectionEncoderTests {
    @Test func `an error is this line`() throws {
        var line: [UInt8] = []
        RejectionEncoder(epoch: "6f1c2a90", worker: "host-1").encode(
            RejectedMessage(
                reason: .badShape, source: Source("cam-1"), sequence: 12,
                received: UnixTime(nanoseconds: 1_795_417_316_120_311_000)),
            publication: 8, into: &line)
        #expect(
            String(decoding: line, as: UTF8.self) == """
                {"schema":"elbod.error/1","source":"cam-1","epoch":"6f1c2a90",\
                "seq":12,"reason":"bad_shape","detail":"the shape is not one or several images of the \
                model's size or that it preprocesses","ts_received":"2026-11-23T07:01:56.120311Z","worker":"host-1",\
                "pub_seq":8}
                """)
    }

    @Test(arguments: FileKind.allCases)
    func `an error also says what the message looks like, if that is known`(kind: FileKind) throws {
        var text: [UInt8] = []
        RejectionEncoder(epoch: "e", worker: "w").encode(
            RejectedMessage(
                reason: .headerNotJSON, source: Source("cam"), sequence: nil,
                received: UnixTime(nanoseconds: 0), kind: kind), publication: 1, into: &text)
        let explanation = Rejection.headerNotJSON.explanation
        #expect(try object(text)["detail"] as? String == "\(explanation); \(kind.advice)")
    }

    @Test func `a name is escaped byte by byte, so that it commands no terminal`() throws {
        let name = "a\u{1B}[31m\u{7F}\u{9B}31m\r\n\"\u{301}é\u{2028}\u{A0}"
        var text: [UInt8] = []
        RejectionEncoder(epoch: "e", worker: "w").encode(
            RejectedMessage(
                reason: .badShape, source: Source(name), sequence: nil,
                received: UnixTime(nanoseconds: 0)), publication: 1, into: &text)
        #expect(try object(text)["source"] as? String == name)
        let line = String(decoding: text, as: UTF8.self)
        for scalar in line.unicodeScalars {
            #expect(scalar.value >= 0x20 && !(0x7F...0x9F ~= scalar.value))
        }
    }

    @Test(arguments: Rejection.allCases)
    func `every reason gives a line of strict JSON with its name and explanation`(
        reason: Rejection
    ) throws {
        let encoder = RejectionEncoder(epoch: "e\"", worker: "w\\\n")
        for name in ["cam", "a\"b\\c\n\u{0}é"] {
            var text: [UInt8] = []
            encoder.encode(
                RejectedMessage(
                    reason: reason, source: Source(name), sequence: nil,
                    received: UnixTime(nanoseconds: 0)), publication: .max, into: &text)
            let line = try object(text)
            #expect(line["seq"] is NSNull)
            #expect(line["source"] as? String == name)
            #expect(line["reason"] as? String == reason.rawValue)
            #expect(line["detail"] as? String == reason.explanation)
            #expect(line["epoch"] as? String == "e\"")
            #expect(line["worker"] as? String == "w\\\n")
            #expect(line["pub_seq"] as? UInt64 == .max)
        }
    }
}
