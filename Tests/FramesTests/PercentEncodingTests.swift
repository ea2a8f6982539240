import Frames
import Testing

@Suite struct PercentEncodingTests {
    @Test(arguments: [
        ("cam-1.left_eye", "cam-1.left_eye"), ("cam 1/é", "cam%201%2f%c3%a9"), ("%", "%25"),
        ("", ""), ("../x", "..%2fx"),
    ])
    func `a name comes back from what stands for it`(name: String, encoded: String) {
        #expect(percentEncoded(name) == encoded)
        #expect(percentDecoded(encoded) == name)
    }

    @Test(arguments: ["%", "%2", "%zz", "%+1", "a%c3"])
    func `what stands for no name is refused`(text: String) {
        #expect(percentDecoded(text) == nil)
    }

    @Test func `digits may be of either case`() { #expect(percentDecoded("%2F%2f") == "//") }
}
