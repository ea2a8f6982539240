import CSodium

/// The SHA-256 of some bytes, which names them in reports and model files.
public struct SHA256Digest: Sendable, Hashable, CustomStringConvertible {
    /// The digest itself, 32 bytes.
    public let bytes: [UInt8]

    /// Hashes a whole array.
    public init(of bytes: [UInt8]) {
        self.init(of: bytes.span)
    }

    /// Hashes borrowed bytes without copying them.
    public init(of span: Span<UInt8>) {
        var digest = [UInt8](repeating: 0, count: Int(crypto_hash_sha256_BYTES))
        let status = unsafe span.withUnsafeBufferPointer { input in
            unsafe crypto_hash_sha256(&digest, input.baseAddress, UInt64(input.count))
        }
        precondition(status == 0, "libsodium's SHA-256 does not fail")
        bytes = digest
    }

    /// 64 lowercase hexadecimal digits, as `sha256sum` prints them.
    public var hex: String {
        let digits = Array("0123456789abcdef".utf8)
        let text = bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return String(decoding: text, as: UTF8.self)
    }

    /// "sha256:" and the 64 digits.
    public var description: String {
        "sha256:" + hex
    }
}
