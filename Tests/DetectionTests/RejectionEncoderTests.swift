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
