import Tensors

/// Images of random bytes, one after the other.
public func randomImages(_ count: Int, pixels: Int, seed: UInt64) -> [UInt8] {
    var random = RandomNumbers(seed: seed)
    return (0..<count * pixels).map { _ in UInt8(truncatingIfNeeded: random.next() >> 56) }
}

/// A picture of random bytes.
public func randomPicture(_ count: Int, seed: UInt64) -> [UInt8] {
    var random = SplitMix64(seed: seed)
    return (0..<count).map { _ in UInt8(random.next() >> 56) }
}
