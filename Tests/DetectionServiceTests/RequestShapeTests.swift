import Testing

@testable import DetectionService

@Suite struct RequestShapeTests {
    private func objection(to text: String) -> String? { RequestShape(Array(text.utf8)).objection }

    @Test func `a calibration of 100,000 images is read`() {
        let scores = (0..<4).map { name in
            #""s\(name)":{"sorted":[\#(repeatElement("0.0084910370277", count: 100_000).joined(separator: ","))]}"#
        }
        let text = #"{"verb":"calibrate","calibration":{"scores":{"# + scores.joined(separator: ",")
        #expect(objection(to: text + "}}}") == nil)
    }

    @Test(arguments: [
        (String(repeating: "1,", count: 500_001), "500,000 values"),
        (String(repeating: "[", count: 50_001), "too many parts"),
        (String(repeating: #"{"a":0},"#, count: 30_000), "too many parts"),
        (String(repeating: #"\u0041"#, count: 50_001), "too many parts"),
        (String(repeating: "1", count: 8193), "too long"),
    ])
    func `what no calibration looks like is refused unread`(text: String, reason: String) throws {
        #expect(try #require(objection(to: text)).contains(reason))
    }
}
