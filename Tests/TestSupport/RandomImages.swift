import Tensors

/// Images of random bytes, one after the other.
public func randomImages(_ count: Int, pixels: Int, seed: UInt64) -> [UInt8] {
    var random = RandomNumbers(seed: seed)
    return (0..<count * pixels).map { _ in UInt8(truncatingIfNeeded: random.next() >> 56) }
}
