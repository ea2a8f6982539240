import Tensors

// Drawing takes numbers only from the functions here, since the standard library may change how its
// own use a generator.

extension SplitMix64 {
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
