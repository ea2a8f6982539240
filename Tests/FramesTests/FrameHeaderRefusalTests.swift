import Frames
import Testing

@Suite struct FrameHeaderRefusalTests {
    private static let whole =
        #"{"msg":"a\"\\\u00e9","dtype":">f4","shape":[28, 28],"x":[{"y":null},-1.5e3],"seq":3} "#

    @Test(arguments: [
        "", " ", "{", "}", "[]", "null", "3", "\"x\"", "{}}", "{} x", "{}{}", "{,}", "{\"a\"}",
        "{\"a\":}", "{\"a\":1,}", "{\"a\":1 \"b\":2}", "{\"a\" 1}", "{a:1}", "{'a':1}", "{1:2}",
        "{\"a\":[}", "{\"a\":[1,]}", "{\"a\":[1 2]}", "{\"a\":[1}", "{\"a\":{]}", "{\"a\":{\"b\"}}",
        "{\"a\":\"x}", "{\"a\":\"x\\\"}", "{\"a\":\"\\", "{\"a\":\"x\ny\"}", "{\"a\":\"\u{0}\"}",
        "{\"a", "{\"a\\", "{\"a\":?}", "{\"a\":(1)}", "\u{FEFF}{}", "{\"a\":1;}", "{\"a\":1}\u{0}",
        "{\"a\u{1F}\":1}",
    ])
    func `text that is no JSON object is refused`(text: String) {
        #expect(throws: Rejection.headerNotJSON) { try ReadHeader(text) }
    }

    @Test func `a header cut short anywhere is refused`() throws {
        let bytes = Array(Self.whole.utf8)
        _ = try ReadHeader(bytes)
        for length in 0..<(bytes.count - 1) {
            #expect(throws: Rejection.headerNotJSON, "\(length) bytes") {
                try ReadHeader(Array(bytes[..<length]))
            }
        }
    }

    @Test(arguments: ["[", "{\"a\":", "[[],"])
    func `nesting beyond 32 levels is refused, however deep`(opening: String) {
        for depth in [33, 1000, 3000] {
            let bomb = "{\"a\":" + String(repeating: opening, count: depth)
            #expect(throws: Rejection.headerNotJSON) { try ReadHeader(bomb) }
        }
    }

    @Test(arguments: [(31, true), (32, false)])
    func `nesting of 32 values is the deepest`(lists: Int, isRead: Bool) {
        let text =
            "{\"a\":" + String(repeating: "[", count: lists) + "1"
            + String(repeating: "]", count: lists) + "}"
        #expect(((try? ReadHeader(text)) != nil) == isRead)
    }

    @Test(arguments: [16383, 16384, 16385, 1 << 20])
    func `16 KiB is the longest header`(length: Int) {
        let text = "{\"a\":\"" + String(repeating: "x", count: length - 8) + "\"}"
        #expect(text.utf8.count == length)
        if length <= FrameHeader.limit {
            #expect(throws: Never.self) { try ReadHeader(text) }
        } else {
            #expect(throws: Rejection.headerTooLong) { try ReadHeader(text) }
        }
    }

    @Test func `every reason has a name of its own and explains itself`() {
        let reasons = Rejection.allCases
        #expect(Set(reasons.map(\.explanation)).count == reasons.count)
        for reason in reasons {
            #expect(reason.rawValue.wholeMatch(of: /[a-z]+(_[a-z]+)*/) != nil)
            #expect(reason.explanation.count > 20)
        }
    }
}
