import Detection
import Foundation
import Frames
import Inspection
import TestSupport
import Testing
import VAE

@Suite struct VerdictEncoderTests {
    @Test func `a verdict is this line`() throws {
        var intake = Intake()
        try intake.take(
            header(
                #""msg": "cam-1""#, #""source":"cam-1""#, #""seq":184467"#, #""ts":1.5"#,
                shape: "[2, 2]"),
            received: 39_000)
        var verdicts = try Verdicts()
        let line = verdicts.line(of: intake.batch, mse: 4.25)
        #expect(
            String(decoding: line, as: UTF8.self) == """
                {"schema":"elbod.verdict/1","id":"cam-1:6f1c2a90:184467","source":"cam-1",\
                "epoch":"6f1c2a90","seq":184467,"index":0,"msg":"cam-1","verdict":"anomaly",\
                "is_anomaly":true,"health":null,"side":"high","score":4.25,"z":2.25,"metric":"mse","rule":"sigma",\
                "threshold":{"lower":0.0,"upper":4.0,"mu":2.0,"sigma":1.0,"k":2.0},\
                "model":"sha256:9372c470eeadd5ec","calibration":"sha256:d77183d052714378",\
                "calibration_revision":7,"ts_source":1.5,\
                "ts_received":"1970-01-01T00:00:00.000039Z",\
                "ts_scored":"1970-01-01T00:00:00.000150Z","queue_us":61,"score_us":50,\
                "dropped_before":0,"input":{"dtype":"uint8","shape":[2, 2]},"worker":"host-1",\
                "pub_seq":17}
                """)
        _ = try object(line)
    }

    @Test(arguments: [
        (Float(4.5), "anomaly", true, "high" as String?), (-0.5, "anomaly", true, "low"),
        (2, "normal", false, nil), (4, "normal", false, nil), (0, "normal", false, nil),
        (Float(4).nextUp, "anomaly", true, "high"),
        (-Float.leastNormalMagnitude, "anomaly", true, "low"),
        (.greatestFiniteMagnitude, "anomaly", true, "high"),
    ])
    func `the side is that of the bound exceeded`(
        score: Float, verdict: String, isAnomaly: Bool, side: String?
    ) throws {
        var intake = Intake()
        try intake.take(header())
        var verdicts = try Verdicts()
        let line = try object(verdicts.line(of: intake.batch, mse: score))
        #expect(line["verdict"] as? String == verdict)
        #expect(line["is_anomaly"] as? Bool == isAnomaly)
        #expect(line["side"] as? String == side)
        #expect((line["side"] is NSNull) == (side == nil))
        #expect((line["score"] as? NSNumber)?.floatValue == score)
    }

    @Test func `a rule with p-values says which, and the p-value`() throws {
        var intake = Intake()
        try intake.take(header())
        let rule = DecisionRule(
            score: .mse, method: .certified(alpha: 0.5, confidence: 0.875, tails: .high))
        var verdicts = try Verdicts(standardCalibration(rule: rule))
        let line = try object(verdicts.line(of: intake.batch, mse: 4))
        #expect(line["rule"] as? String == "certified" && line["p"] as? Double == 0.25)
        let threshold = try #require(line["threshold"] as? [String: Any])
        #expect(threshold["lower"] is NSNull && threshold["k"] is NSNull)
        #expect(threshold["upper"] as? Double == 3 && threshold["tails"] as? String == "high")
        #expect(threshold["alpha"] as? Double == 0.5 && threshold["confidence"] as? Double == 0.875)
        #expect(line["is_anomaly"] as? Bool == true)
    }

    @Test func `where several scores decide the threshold is that of the one that spoke`() throws {
        var intake = Intake()
        try intake.take(header())
        let rule = DecisionRule(
            score: .nll, method: .quantile(alpha: 0.6, tails: .high), others: [.mse], health: [])
        var verdicts = try Verdicts(standardCalibration(rule: rule))
        for (mse, metric, upper, mu) in [(Float(9), "mse", 3.0, 2.0), (1, "nll", 30, 20)] {
            let line = try object(verdicts.line(of: intake.batch, mse: mse))
            let threshold = try #require(line["threshold"] as? [String: Any])
            #expect(line["metric"] as? String == metric)
            #expect(threshold["upper"] as? Double == upper && threshold["mu"] as? Double == mu)
        }
    }

    @Test func `boxes are in the order given, and none are an empty list`() throws {
        var intake = Intake()
        try intake.take(header())
        var verdicts = try Verdicts()
        let verdict = verdicts.verdicts(on: intake.batch)[0]
        let boxes = (1...2).map { number in
            InspectionMap.Box(
                left: 10 * number, top: 20, width: 30, height: 40, error: Float(number) / 2)
        }
        for given in [boxes, []] {
            var text: [UInt8] = []
            verdicts.encoder.encode(verdict, of: intake.batch, boxes: given, into: &text)
            let found = try #require(try object(text)["boxes"] as? [[String: Double]])
            #expect(found.map { $0["left"] } == given.map { Double($0.left) })
            #expect(found.map { $0["error"] } == given.map { Double($0.error) })
        }
        let plain = try object(verdicts.line(of: intake.batch))
        #expect(plain["boxes"] == nil)
    }

    @Test func `images of one message have its number and an index in their identity`() throws {
        var intake = Intake()
        try intake.take(
            header(#""source":"cam""#, #""seq":3"#, shape: "[2,2,2]"),
            payload: [UInt8](repeating: 0, count: 8))
        var verdicts = try Verdicts()
        for row in 0..<2 {
            let line = try object(verdicts.line(of: intake.batch, row: row))
            #expect(line["id"] as? String == "cam:6f1c2a90:3:\(row)")
            #expect(line["index"] as? Int == row)
            #expect(line["seq"] as? Int == 3)
        }
    }

    @Test func `every score is added where that is asked for`() throws {
        var intake = Intake()
        try intake.take(header())
        var verdicts = try Verdicts(allScores: true)
        let line = verdicts.line(of: intake.batch, mse: 2.5)
        let text = String(decoding: line, as: UTF8.self)
        #expect(
            text.contains(
                #","calibration_revision":7,"scores":{"mse":2.5,"nll":20.0,"kl":3.0,"elbo":23.0},"ts_source":"#
            ))
        _ = try object(line)
    }

    @Test func `drops, dtype and times are the frame's`() throws {
        var intake = Intake(capacity: 1)
        for time in [1, 2, 60_000] as [Int64] {
            try intake.take(
                header(#""ts":null"#, dtype: ">u2"), payload: [UInt8](repeating: 0, count: 8),
                received: time)
        }
        var verdicts = try Verdicts()
        let line = try object(verdicts.line(of: intake.batch))
        #expect(line["dropped_before"] as? Int == 2)
        #expect((line["input"] as? [String: Any])?["dtype"] as? String == "uint16")
        #expect(line["queue_us"] as? Int == 40)
        #expect(line["ts_received"] as? String == "1970-01-01T00:00:00.000060Z")
        #expect(line["pub_seq"] as? Int == 17)
    }

    @Test func `a clock set back gives times of 0, not a trap`() throws {
        var intake = Intake()
        try intake.take(header(), received: 99_000_000_000)
        var verdicts = try Verdicts()
        #expect(try object(verdicts.line(of: intake.batch))["queue_us"] as? Int == 0)
    }

    @Test func `a line leaves nothing behind for the next`() throws {
        var intake = Intake()
        try intake.take(header(#""msg":"long long long""#))
        try intake.take(header())
        var verdicts = try Verdicts()
        let first = verdicts.line(of: intake.batch, row: 1)
        _ = verdicts.line(of: intake.batch, row: 0)
        #expect(verdicts.line(of: intake.batch, row: 1) == first)
    }

    @Test(arguments: [
        "a\"b", "back\\slash", "line\nbreak", "tab\t\u{0}\u{1F}", "é\u{1F600}", "{\"a\":1}", "",
        "\u{7F}\u{85}\u{2028}", "' or 1=1", "</script>",
    ])
    func `any name of a source, worker or epoch leaves the line strict JSON`(name: String) throws {
        var intake = Intake()
        let source = try intake.take(header(), topic: name).source.name
        var verdicts = try Verdicts(epoch: name, worker: name)
        let line = try object(verdicts.line(of: intake.batch))
        #expect(line["source"] as? String == source)
        #expect(line["worker"] as? String == name)
        #expect(line["epoch"] as? String == name)
        #expect(line["id"] as? String == "\(source):\(name):0")
    }

    @Test func `any bytes can be a topic`() throws {
        var verdicts = try Verdicts()
        for first in UInt8.min...UInt8.max {
            for topic in [
                [first], [first, 0x61], [0xE2, first], [0x5C, first], [0xF0, 0x9F, first],
            ] {
                var intake = Intake()
                let source = try intake.take(Array(header().utf8), topic: topic).source
                let line = try object(verdicts.line(of: intake.batch))
                #expect(line["source"] as? String == source.name)
                let allowed = source.anomalyTopic.allSatisfy {
                    $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"")
                }
                #expect(allowed && source.anomalyTopic.count { $0 == UInt8(ascii: "/") } == 2)
            }
        }
    }

    @Test func `numbers that JSON has none for read null`() throws {
        // Bounds beyond a Float, and a z of no size at all.
        var wide = try Verdicts(try standardCalibration(k: 1e300))
        var narrow = try Verdicts(try standardCalibration(scores: [1e-30, 1.0000001e-30]))
        var intake = Intake()
        try intake.take(header())
        let line = try object(wide.line(of: intake.batch))
        let threshold = try #require(line["threshold"] as? [String: Any])
        #expect(threshold["upper"] is NSNull && threshold["lower"] is NSNull)
        #expect(line["is_anomaly"] as? Bool == false)
        let judged = try object(narrow.line(of: intake.batch, mse: 1e9))
        #expect(judged["is_anomaly"] as? Bool == true)
        #expect(judged["z"] is NSNull)
    }
}
