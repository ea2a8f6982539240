import Foundation
import Platform
import Testing

@Suite struct PrintableTextTests {
    @Test func `whatever bytes a text is made of, nothing in it steers a terminal or ends a line`()
    {
        for byte in UInt8.min...UInt8.max {
            for bytes in [[byte], [0xC2, byte], [0xE2, 0x80, byte], [0x61, byte, 0xCC, 0x81]] {
                let text = printable(String(decoding: bytes, as: UTF8.self))
                let isFit = text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
                #expect(isFit, "\(bytes)")
                // C1 controls begin escape sequences too, as UTF-8.
                #expect(
                    !text.unicodeScalars.contains { (0x80...0x9F).contains($0.value) }, "\(bytes)")
            }
        }
    }

    @Test(arguments: [
        ("a\r\nb", "a\\u{d}\\u{a}b"), ("\u{1B}[31mred", "\\u{1b}[31mred"),
        ("\u{9B}31m", "\\u{9b}31m"), ("\u{202E}gnp", "\\u{202e}gnp"),
        ("a\u{2066}b\u{2069}", "a\\u{2066}b\\u{2069}"), ("a\u{200B}b", "a\\u{200b}b"),
        ("\u{2028}\u{2029}", "\\u{2028}\\u{2029}"), ("\u{E0041}", "\\u{e0041}"),
        ("nul\u{0}x", "nul\\u{0}x"), ("\u{7F}", "\\u{7f}"),
    ])
    func `what steers, turns or hides is written as its number`(text: String, shown: String) {
        #expect(printable(text) == shown)
    }

    @Test(arguments: ["cam-1", "porch é", "C:\\cam", "日本", "e\u{301}", "\u{FFFD}", "a\"b", "🎥"])
    func `what people write stays as it is`(text: String) {
        #expect(printable(text) == text)
        #expect(printableJSON(text) == text)
    }

    @Test func `texts that differ come out different`() {
        let texts = ["\u{1B}", "\\u{1b}", "\\u{5c}u{1b}", "\\\u{1B}", "\\\\u{1b}"]
        #expect(Set(texts.map(printable)).count == texts.count)
    }

    @Test func `lines stay lines where they are wanted, and a carriage return does not`() {
        #expect(printableLines("a\nb\r\nc") == "a\nb\\u{d}\nc")
    }

    @Test func `JSON stays the same JSON`() throws {
        let names = ["\u{202E}gnp", "\u{9B}31m", "\u{7F}", "\u{E0041}", "back\\slash", "q\"q"]
        let json = String(decoding: try JSONEncoder().encode(names), as: UTF8.self)
        let shown = printableJSON(json)
        #expect(shown.utf8.allSatisfy { (0x20..<0x7F).contains($0) })
        #expect(try JSONDecoder().decode([String].self, from: Data(shown.utf8)) == names)
        #expect(printableJSON("[\n 1\n]", keepsLines: true) == "[\n 1\n]")
        #expect(printableJSON("{}\u{1B}[2J") == "{}\\u001b[2J")
    }
}
