import Testing
import ZeroMQ

@Suite struct ZMTPTests {
    /// ZMTP 3.1: a flag and a length of one byte, or of eight beyond 255.
    @Test func `the bytes of a message on the wire are known`() {
        #expect(ZMTP.bytes(parts: [0], isEncrypted: false) == 2)
        #expect(ZMTP.bytes(parts: [255], isEncrypted: false) == 257)
        #expect(ZMTP.bytes(parts: [256], isEncrypted: false) == 265)
        // As seen of a reply to a REQ: an empty part and a verdict of 646 bytes.
        #expect(ZMTP.bytes(parts: [0, 646], isEncrypted: false) == 657)
        // CurveZMQ: 33 bytes more in each part, which count for its length.
        #expect(ZMTP.bytes(parts: [0, 222, 223], isEncrypted: true) == 35 + 257 + 265)
    }
}
