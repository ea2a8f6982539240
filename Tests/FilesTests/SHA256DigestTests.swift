import Files
import Testing

@Suite struct SHA256DigestTests {
    @Test(arguments: [
        ("", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (
            "a", 1_000_000,
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
        ),
    ])
    func `the standard's own examples come out`(text: String, times: Int, hex: String) {
        let digest = SHA256Digest(of: Array(String(repeating: text, count: times).utf8))
        #expect(digest.hex == hex)
        #expect(digest.description == "sha256:" + hex)
        #expect(digest.bytes.count == 32)
    }

    @Test func `a span and an array of the same bytes agree`() {
        let bytes: [UInt8] = [1, 2, 3, 4]
        #expect(SHA256Digest(of: bytes.span.extracting(1..<3)) == SHA256Digest(of: [2, 3]))
    }
}
