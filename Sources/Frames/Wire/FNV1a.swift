/// FNV-1a, 64 bits: a hash of bytes that is the same in every process, so that daemons that share the
/// work agree (http://www.isthe.com/chongo/tech/comp/fnv).
///
/// It is fast and no defence: texts with the same hash are easy to find, and senders choose the names
/// that are hashed. A look-up by it compares the key too.
public struct FNV1a: Sendable {
    /// The hash of what was combined so far; its low bits are the weaker ones.
    public private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    /// The hash of no bytes.
    public init() {}

    /// Takes in the next byte.
    public mutating func combine(_ byte: UInt8) {
        value = (value ^ UInt64(byte)) &* 0x100_0000_01B3
    }
}
