import Testing
import ZeroMQ

@testable import DetectionService

@Suite struct ZAPRequestTests {
    private let parts: [[UInt8]] = [
        Array("1.0".utf8), [42], Array("ingest".utf8), Array("10.0.0.7".utf8), [],
        Array("CURVE".utf8), [UInt8](repeating: 5, count: 32),
    ]

    @Test func `a request is read part by part`() throws {
        let request = try #require(ZAPRequest(parts))
        #expect(request.id == [42] && request.domain == "ingest" && request.address == "10.0.0.7")
        #expect(request.key == CurveKeyPair.text(ofKey: [UInt8](repeating: 5, count: 32)))
    }

    @Test func `what is no request of version 1 is none`() {
        var other = parts
        other[0] = Array("2.0".utf8)
        #expect(ZAPRequest(other) == nil)
        for count in 0..<6 { #expect(ZAPRequest(Array(parts[..<count])) == nil) }
    }

    @Test func `only CURVE brings a key, and only one of 32 bytes`() throws {
        #expect(try #require(ZAPRequest(Array(parts[..<6]))).key == nil)
        #expect(try #require(ZAPRequest(parts + [[]])).key == nil)
        for (place, part) in [(5, Array("PLAIN".utf8)), (6, [UInt8](repeating: 5, count: 31))] {
            var other = parts
            other[place] = part
            #expect(try #require(ZAPRequest(other)).key == nil)
        }
    }

    @Test func `a reply is written part by part, under the number of its request`() {
        let reply = ZAPReply(status: .admitted, text: "OK", user: "camera")
        let texts = reply.parts(to: [42]).map { String(decoding: $0, as: UTF8.self) }
        #expect(texts == ["1.0", "*", "200", "OK", "camera", ""])
        let refused = ZAPReply(status: .refused, text: "no").parts(to: [])
        #expect(
            refused.map { String(decoding: $0, as: UTF8.self) } == ["1.0", "", "400", "no", "", ""])
    }
}
