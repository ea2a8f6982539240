import Detection
import Foundation
import Testing

@Suite struct CalibrationFileTests {
    /// A text in a good file, what stands there instead, and what is said about it.
    struct Case: Sendable, CustomTestStringConvertible {
        let original: String
        let replacement: String
        let sentence: String
        var testDescription: String { "\(original) → \(replacement)" }

        init(_ original: String, _ replacement: String, _ sentence: String) {
            (self.original, self.replacement, self.sentence) = (original, replacement, sentence)
        }
    }

    private static let mse = #""mse":{"lower":0,"mu":2,"n":3,"sigma":1,"sorted":[1,2,3],"upper":4}"#
    private static let bounds = "its mse bounds do not follow from its scores"
    private static let order = "its mse scores are not finite and ascending"

    @Test(arguments: [
        Case(
            "calibration/1", "calibration/3",
            "its schema is elbod.calibration/3, not elbod.calibration/2"),
        Case(
            "2026-11-23T", "2026-11-31T",
            "2026-11-31T07:01:56.120311Z is not a time like 2026-11-23T07:01:56.120311Z"),
        Case(
            "2026-11-23T", "9999-11-23T",
            "9999-11-23T07:01:56.120311Z is not a time like 2026-11-23T07:01:56.120311Z"),
        Case(",\(mse)", "", "it judges by mse but holds no such scores"),
        Case("\"kl\":", "\"likelihood\":", "there is no score called likelihood"),
        Case(
            "\"n\":3,\"sigma\":1,\"sorted\":[1,", "\"n\":4,\"sigma\":1,\"sorted\":[1,",
            "it says 4 mse scores and holds 3"),
        Case("[1,2,3]", "[1,2,2,3]", "it says 3 mse scores and holds 4"),
        Case(
            mse, #""mse":{"lower":1,"mu":1,"n":1,"sigma":0,"sorted":[1],"upper":1}"#,
            "it says 1 mse scores and holds 1"),
        Case(
            mse, #""mse":{"lower":1,"mu":1,"n":0,"sigma":0,"sorted":[],"upper":1}"#,
            "it says 0 mse scores and holds 0"),
        Case("[1,2,3]", "[2,1,3]", order), Case("[1,2,3]", "[3,2,1]", order),
        Case("\"sorted\":[1,2,3],\"upper\":4", "\"sorted\":[1,2,3],\"upper\":4.001", bounds),
        Case("\"mse\":{\"lower\":0", "\"mse\":{\"lower\":-0.001", bounds),
        Case("\"mu\":2,", "\"mu\":2.001,", bounds),
        Case("\"sigma\":1,\"sorted\":[1,2,3]", "\"sigma\":0.999,\"sorted\":[1,2,3]", bounds),
        Case("\"sigma\":1,\"sorted\":[1,2,3]", "\"sigma\":-1,\"sorted\":[1,2,3]", bounds),
        Case(
            "\"revision\":7", "\"revision\":9223372036854775807",
            "its revision is 9223372036854775807, not from 1 to 2⁵³ − 1"),
        Case(
            "\"revision\":7", "\"revision\":-1", "its revision is -1, not from 1 to 2⁵³ − 1"),
        Case("\"k\":2", "\"k\":0", "k is 0.0; it must be above 0"),
        Case("\"k\":2", "\"k\":-2", "k is -2.0; it must be above 0"),
    ])
    func `a file of the first schema that contradicts itself is refused`(damage: Case) throws {
        #expect(
            try refusal(damage, in: firstSchemaFile)
                == "damaged calibration file: \(damage.sentence); run elbo calibrate again")
    }

    private static let rule =
        #"{"health":["blank","uniform","dark","bright","saturated","soft","noisy","size","frozen"],"#
        + #""k":2,"lower":0,"rule":"sigma","score":"mse","upper":4}"#

    @Test(arguments: [
        Case(
            "calibration/2", "calibration/3",
            "its schema is elbod.calibration/3, not elbod.calibration/2"),
        Case(rule, "", "it holds no rule"),
        Case(
            "\"sigma\",\"score\"", "\"psychic\",\"score\"",
            "there is no rule called psychic (there are sigma, quantile, certified, tail and fixed)"
        ),
        Case("\"lower\":0", "\"lower\":0.001", bounds),
        Case("\"upper\":4", "\"upper\":3.9", bounds),
        Case("\"k\":2", "\"k\":3", bounds),
        Case("\"k\":2", "\"k\":0", "k is 0.0; it must be above 0"),
        Case("\"mu\":2,", "\"mu\":2.001,", bounds),
        Case("\"sigma\":1,\"sorted\":[1,2,3]", "\"sigma\":0.999,\"sorted\":[1,2,3]", bounds),
        Case("[1,2,3]", "[2,1,3]", order),
        Case("[1,2,3]", "[1,2,2,3]", "it says 3 mse scores and holds 4"),
        Case("\"mse\":{", "\"mae\":{", "there is no score called mae"),
        Case(
            #""mse":{"mu":2,"n":3,"sigma":1,"sorted":[1,2,3]},"#, "",
            "it judges by mse but holds no such scores"),
        Case(
            "\"revision\":7", "\"revision\":-1", "its revision is -1, not from 1 to 2⁵³ − 1"),
    ])
    func `a file that contradicts itself is refused`(damage: Case) throws {
        let file = try spelledOut()
        #expect(
            try refusal(damage, in: file)
                == "damaged calibration file: \(damage.sentence); run elbo calibrate again")
    }

    @Test(arguments: [
        ("\"rules\":[", "\"rules\":{"), ("\"rule\":\"sigma\",", ""), ("\"k\":2,", ""),
        ("\"score\":\"mse\"", "\"score\":\"mae\""), ("[1,2,3]", "[1,2,NaN]"),
    ])
    func `a file that is not of the documented form is refused`(
        original: String, replacement: String
    ) throws {
        let file = try spelledOut()
        let text = try refusal(Case(original, replacement, ""), in: file)
        #expect(text.hasPrefix("damaged calibration file: "))
    }

    /// A file with its scores as a list of numbers, as it may be written too.
    private func spelledOut() throws -> String {
        String(decoding: try standardCalibration().encoded(), as: UTF8.self)
            .replacing("\"AACAPwAAAEAAAEBA\"", with: "[1,2,3]")
    }

    @Test(arguments: ["AACAPwAAAEAAAEB", "AACAPwAAAEAAAMB/", "!", "", "AABAQAAAAEAAAIA/"])
    func `scores that are no ascending floats in base64 are refused`(text: String) throws {
        let file = String(decoding: try standardCalibration().encoded(), as: UTF8.self)
        #expect(file.contains("\"AACAPwAAAEAAAEBA\""))
        let damaged = file.replacing("AACAPwAAAEAAAEBA", with: text)
        #expect(throws: CalibrationError.self) { try Calibration(decoding: Array(damaged.utf8)) }
    }

    @Test func `bounds may be left to the reader`() throws {
        let file = try spelledOut()
        let bare = file.replacing("\"lower\":0,", with: "").replacing(",\"upper\":4", with: "")
        #expect(bare != file)
        #expect(try Calibration(decoding: Array(bare.utf8)) == standardCalibration())
    }

    @Test func `bounds must follow from the k of the file`() throws {
        let text = try refusal(Case("\"k\":2", "\"k\":3", ""), in: firstSchemaFile)
        #expect(
            text.hasSuffix(" bounds do not follow from its scores; run elbo calibrate again"))
    }

    @Test(arguments: [
        ("[1,2,3]", "[1,2,NaN]"), ("[1,2,3]", "[1,2,1e39]"), ("[1,2,3]", "[1,2,null]"),
        ("[1,2,3]", "[1,2,\"3\"]"), ("\"mu\":2,", ""), ("\"k\":2", "\"k\":1e999"),
        ("\"revision\":7", "\"revision\":7.5"), ("\"score\":\"mse\"", "\"score\":\"mae\""),
        ("\"score\":\"mse\",", ""), ("\"model\":\"", "\"modell\":\""), ("\"n\":3", "\"n\":1e30"),
        ("\"data\":{", "\"data\":[{"), ("}\n", "}}"), ("{\"created\"", "[\"created\""),
    ])
    func `a file of the first schema that is not of the documented form is refused`(
        original: String, replacement: String
    ) throws {
        let text = try refusal(Case(original, replacement, ""), in: firstSchemaFile)
        #expect(text.hasPrefix("damaged calibration file: "))
    }

    @Test func `a file cut short anywhere is refused`() throws {
        let bytes = try standardCalibration().encoded()
        for length in 0..<(bytes.count - 1) {
            #expect(throws: CalibrationError.self, "\(length) bytes") {
                try Calibration(decoding: Array(bytes[..<length]))
            }
        }
    }

    @Test func `a file with any bit flipped is refused or judges sensibly`() throws {
        let bytes = try standardCalibration().encoded()
        for position in bytes.indices {
            for bit in 0..<8 {
                var damaged = bytes
                damaged[position] ^= 1 << bit
                guard let calibration = try? Calibration(decoding: damaged) else { continue }
                let (bounds, sample) = (calibration.bounds, calibration.sample)
                let damage = "bit \(bit) of byte \(position)"
                #expect(bounds.lower < sample.mu && sample.mu < bounds.upper, "\(damage)")
                #expect(calibration.rule.k ?? 1 > 0 && sample.n == 3, "\(damage)")
                let again = try? Calibration(decoding: calibration.encoded())
                #expect(again == calibration, "\(damage)")
            }
        }
    }

    /// What is said about a good file in which one text was replaced.
    private func refusal(_ damage: Case, in text: String) throws -> String {
        let place = try #require(text.range(of: damage.original))
        let spoilt = text.replacingCharacters(in: place, with: damage.replacement)
        let error = #expect(throws: CalibrationError.self) {
            try Calibration(decoding: Array(spoilt.utf8))
        }
        return error?.description ?? ""
    }
}
