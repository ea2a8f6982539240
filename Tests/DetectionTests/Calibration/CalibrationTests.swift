import Detection
import Files
import Foundation
import Platform
import TestSupport
import Testing
import VAE

@Suite struct CalibrationTests {
    @Test func `every score has its sample, and the deciding one its bounds`() throws {
        let calibration = try standardCalibration(score: .nll, k: 1.5)
        #expect(calibration.samples.count == 4)
        #expect(calibration.rules == [.sigma(score: .nll, k: 1.5)])
        #expect(calibration.sample == ScoreSample(of: [10, 20, 30]))
        #expect(calibration.bounds == ScoreBounds(lower: 5, upper: 35))
        #expect(calibration.samples[.kl] == ScoreSample(of: [-3, -2, -1]))
        #expect(calibration.model == Verdicts.model.description)
        #expect(calibration.revision == 7)
    }

    @Test(arguments: [
        ([Float](), 2.0, "0 images cannot be calibrated from; take at least 2"),
        ([1], 2, "1 images cannot be calibrated from; take at least 2"),
        ([1, 2], 0, "k is 0.0; it must be above 0"), ([1, 2], -1, "k is -1.0; it must be above 0"),
        ([1, 2], .nan, "k is nan; it must be above 0"),
        ([1, 2], .infinity, "k is inf; it must be above 0"),
        ([1, .nan], 2, "the model gives mse scores that are not numbers"),
        ([1, .infinity], 2, "the model gives mse scores that are not numbers"),
    ])
    func `scores no bounds can be drawn from are refused`(
        scores: [Float], k: Double, sentence: String
    ) {
        let error = #expect(throws: CalibrationError.self) {
            try standardCalibration(scores: scores, k: k)
        }
        #expect(error?.description == "cannot calibrate: " + sentence)
    }

    @Test(arguments: ScoreSet.standard.functions)
    func `a calibration written and read again is the same, and so are its bytes`(
        score: ScoreFunction
    ) throws {
        let scores: [Float] = [0.1, 0.1, 1e-7, 3e7, 0.30000001, .leastNormalMagnitude, 7]
        let calibration = try standardCalibration(scores: scores, score: score, k: 2.575829)
        let bytes = try calibration.encoded()
        let read = try Calibration(decoding: bytes)
        #expect(read == calibration)
        #expect(try read.encoded() == bytes)
        #expect(bytes.last == UInt8(ascii: "\n"))
    }

    @Test func `the file is these bytes`() throws {
        let text = String(decoding: try standardCalibration().encoded(), as: UTF8.self)
        #expect(
            text == """
                {"created":"2026-11-23T07:01:56.120311Z","data":{"name":"toys",\
                "sha256":"sha256:00"},"model":"\(Verdicts.model)","revision":7,\
                "rules":[{"health":["blank","uniform","dark","bright","saturated","soft",\
                "noisy","size","frozen"],"k":2,"lower":0,"rule":"sigma","score":"mse","upper":4}],\
                "schema":"elbod.calibration/2","scores":{\
                "elbo":{"mu":102,"n":3,"sigma":1,"sorted":"AADKQgAAzEIAAM5C"},\
                "kl":{"mu":-2,"n":3,"sigma":1,"sorted":"AABAwAAAAMAAAIC/"},\
                "mse":{"mu":2,"n":3,"sigma":1,"sorted":"AACAPwAAAEAAAEBA"},\
                "nll":{"mu":20,"n":3,"sigma":10,"sorted":"AAAgQQAAoEEAAPBB"}}}

                """)
    }

    @Test func `how it came about is kept`() throws {
        var calibration = try standardCalibration()
        calibration.lineage = Lineage(
            "threshold set", after: 3, source: "cam", copyOf: "sha256:1", beside: "sha256:2")
        let bytes = try calibration.encoded()
        #expect(
            String(decoding: bytes, as: UTF8.self).contains(
                #""made":{"after":3,"beside":"sha256:2","copy_of":"sha256:1","how":"threshold set","#
                    + #""source":"cam"},"model""#))
        #expect(try Calibration(decoding: bytes) == calibration)
    }

    @Test func `lists of scores are written and read as Foundation does`() throws {
        var generator = SystemRandomNumberGenerator()
        let scores = (0..<5000).map { index in
            let float = Float(
                bitPattern: UInt32.random(in: 0x80_0000..<0x7F00_0000, using: &generator))
            return index % 2 == 0 ? float : -float
        }
        let calibration = try Calibration(
            scores: scores.map { Scores(mse: $0) }, rule: .sigma(score: .mse, k: 2),
            model: Verdicts.model, data: .init(name: #"a "sorted":[1] \"#, sha256: "sha256:00"),
            created: UnixTime(nanoseconds: 0), revision: 7)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let foundation = try [UInt8](encoder.encode(calibration)) + [0x0A]
        #expect(try calibration.encoded() == foundation)
        let read = try Calibration(decoding: foundation)
        #expect(read == (try JSONDecoder().decode(Calibration.self, from: Data(foundation))))
        #expect(read.samples[.mse]?.sorted == scores.sorted())
    }

    @Test func `a file of the first schema is read as the same calibration`() throws {
        // Nobody had looked for faults of frames then.
        let rule = DecisionRule(score: .mse, method: .sigma(k: 2), health: [])
        #expect(
            try Calibration(decoding: Array(firstSchemaFile.utf8))
                == standardCalibration(rule: rule))
    }

    @Test func `other rules are drawn from the same scores`() throws {
        let calibration = try standardCalibration()
        let time = UnixTime(nanoseconds: 5000)
        let other = try calibration.deciding(
            by: .sigma(score: .nll, k: 3), revision: 8, created: time)
        #expect(other.bounds == ScoreBounds(lower: -10, upper: 50))
        #expect(other.samples == calibration.samples && other.revision == 8)
        #expect(other.created == time)
        #expect(calibration.rule.with(k: 3) == .sigma(score: .mse, k: 3))
        #expect(calibration.rule.with(score: .kl) == .sigma(score: .kl, k: 2))
        #expect(throws: CalibrationError.self) {
            try calibration.deciding(by: .sigma(score: .mse, k: 0), revision: 8, created: time)
        }
    }

    @Test func `a calibration is loaded with its hash, and only for its model`() throws {
        let folder = try TemporaryFolder()
        let path = Calibration.path(in: folder.path)
        let calibration = try standardCalibration()
        try Data(calibration.encoded()).write(to: URL(fileURLWithPath: path))
        let loaded = try LoadedCalibration(directory: folder.path, model: Verdicts.model)
        #expect(loaded.calibration == calibration)
        #expect(try loaded.digest == SHA256Digest(of: calibration.encoded()))
        let error = #expect(throws: CalibrationError.self) {
            try LoadedCalibration(directory: folder.path, model: SHA256Digest(of: []))
        }
        #expect(
            error?.description
                == "the calibration was made for model sha256:9372c470eeadd5ec…, but this model is "
                + "sha256:e3b0c44298fc1c14…; run elbo calibrate again")
    }

    @Test func `a folder without a calibration is named`() {
        let error = #expect(throws: CalibrationError.self) {
            try LoadedCalibration(directory: "/nowhere", model: Verdicts.model)
        }
        #expect(error?.description.contains("/nowhere/calibration.json") == true)
    }
}

/// `standardCalibration()` as the first schema wrote it: one score and one k, and bounds of every score.
let firstSchemaFile: String = {
    let sample = {
        (name: String, lower: Int, mu: Int, sigma: Int, sorted: String, upper: Int) in
        "\"\(name)\":{\"lower\":\(lower),\"mu\":\(mu),\"n\":3,\"sigma\":\(sigma),"
            + "\"sorted\":[\(sorted)],\"upper\":\(upper)}"
    }
    return """
        {"created":"2026-11-23T07:01:56.120311Z","data":{"name":"toys","sha256":"sha256:00"},"k":2,\
        "model":"\(Verdicts.model)","revision":7,"schema":"elbod.calibration/1","score":"mse",\
        "scores":{\(sample("elbo", 100, 102, 1, "101,102,103", 104)),\
        \(sample("kl", -4, -2, 1, "-3,-2,-1", 0)),\(sample("mse", 0, 2, 1, "1,2,3", 4)),\
        \(sample("nll", 0, 20, 10, "10,20,30", 40))}}

        """
}()
