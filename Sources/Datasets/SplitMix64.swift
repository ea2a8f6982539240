/// Sebastiano Vigna's SplitMix64: 64 bits of state, the same numbers on every machine.
///
/// https://prng.di.unimi.it/splitmix64.c. Drawing takes numbers only from the functions here, since
/// the standard library may change how its own use a generator.
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    /// Starts the sequence of `seed`.
    init(seed: UInt64) {
        state = seed
    }

    /// The next 64 bits.
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xbf58_476d_1ce4_e5b9
        bits = (bits ^ (bits >> 27)) &* 0x94d0_49bb_1331_11eb
        return bits ^ (bits >> 31)
    }

    /// A number from the start of the range up to, but not at, its end: 53 random bits.
    mutating func number(in range: Range<Double>) -> Double {
        let unit = Double(next() >> 11) / 9_007_199_254_740_992
        return range.lowerBound + unit * (range.upperBound - range.lowerBound)
    }

    /// An integer in a range that is small and not empty.
    mutating func index(in range: Range<Int>) -> Int {
        range.lowerBound + Int(next() % UInt64(range.count))
    }

    /// True with a probability from 0 to 1.
    mutating func chance(_ probability: Double) -> Bool {
        number(in: 0..<1) < probability
    }
}
