/// How many bytes libzmq makes of a message (ZMTP 3.1, RFC 37; CurveZMQ, RFC 26).
public enum ZMTP {
    /// Bytes on the wire of a message whose parts have so many.
    public static func bytes(parts: [Int], isEncrypted: Bool) -> Int {
        parts.reduce(0) { sum, part in
            // A MESSAGE command: its name, a short nonce, the box's authenticator, and flags inside it.
            let body = part + (isEncrypted ? 8 + 8 + 16 + 1 : 0)
            return sum + body + (body > 255 ? 9 : 2)
        }
    }
}
