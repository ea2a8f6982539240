import Glibc

/// A seeded stream of random numbers: xoshiro256++ (Blackman & Vigna, 2019), seeded by SplitMix64.
///
/// Streams are addressed, not continued: training asks for the stream of (seed, purpose, epoch,
/// step, shard), so a resumed run draws exactly the numbers an uninterrupted one would have drawn.
public struct RandomNumbers: RandomNumberGenerator, Sendable {
    private var state: (UInt64, UInt64, UInt64, UInt64)

    /// The stream with this address; different addresses give independent streams.
    public init(seed: UInt64, _ address: UInt64...) {
        var mixer = SplitMix64(seed: seed)
        for part in address {
            mixer = SplitMix64(seed: mixer.next() ^ (part &* 0x9E37_79B9_7F4A_7C15))
        }
        state = (mixer.next(), mixer.next(), mixer.next(), mixer.next())
    }

    /// 64 uniformly distributed bits.
    public mutating func next() -> UInt64 {
        let sum = state.0 &+ state.3
        let result = (sum << 23 | sum >> 41) &+ state.0
        let shifted = state.1 << 17
        state.2 ^= state.0
        state.3 ^= state.1
        state.1 ^= state.2
        state.0 ^= state.3
        state.2 ^= shifted
        state.3 = state.3 << 45 | state.3 >> 19
        return result
    }

    /// A uniform number in [0, 1).
    public mutating func nextUniform() -> Float {
        Float(next() >> 40) * 0x1p-24
    }

    /// A standard normal number, by the ziggurat method (Marsaglia & Tsang, 2000) with 256 layers.
    public mutating func nextNormal() -> Float { nextNormal(Ziggurat.tables) }

    @inline(__always)
    private mutating func nextNormal(_ tables: Ziggurat) -> Float {
        while true {
            let bits = next()
            let layer = Int(bits & 255)
            // 24 signed bits: the sign and 23 bits of position within the layer.
            let position = Int32(truncatingIfNeeded: Int64(bitPattern: bits) >> 40)
            let x = Float(position) * tables.width[layer]
            if position.magnitude < tables.inside[layer] { return x }
            if layer == 0 { return tail(negative: position < 0) }
            let (below, above) = (tables.height[layer], tables.height[layer + 1])
            if below + nextUniform() * (above - below) < expf(-x * x / 2) { return x }
        }
    }

    /// Fills `matrix` with standard normal numbers.
    public mutating func fillWithNormal(_ matrix: Matrix) {
        let tables = Ziggurat.tables
        for index in 0..<matrix.count { unsafe matrix.base[index] = nextNormal(tables) }
    }

    private mutating func tail(negative: Bool) -> Float {
        while true {
            let x = -logf(1 - nextUniform()) / Float(Ziggurat.edge)
            let y = -logf(1 - nextUniform())
            if 2 * y > x * x {
                let magnitude = Float(Ziggurat.edge) + x
                return negative ? -magnitude : magnitude
            }
        }
    }
}

/// The 256 layers of equal area under `exp(−x²/2)` that the ziggurat method samples from.
private struct Ziggurat {
    static let tables = Ziggurat()
    /// Where the tail begins, and the area of each layer, for 256 layers.
    static let edge = 3.654_152_885_361_009
    static let area = 0.004_928_673_233_992_336

    var width: [Float] = []
    var inside: [UInt32] = []
    var height: [Float] = []

    init() {
        let density = { (x: Double) in exp(-x * x / 2) }
        // Right edges of the layers, outermost first; layer 0 stands for base strip and tail.
        var edges = [Self.area / density(Self.edge), Self.edge]
        for _ in 2..<256 {
            let x = edges[edges.count - 1]
            edges.append((-2 * log(Self.area / x + density(x))).squareRoot())
        }
        edges.append(0)
        let scale = 0x1p23
        width = edges.prefix(256).map { Float($0 / scale) }
        inside = (0..<256).map { UInt32(edges[$0 + 1] / edges[$0] * scale) }
        height = edges.map { Float(density($0)) }
    }
}
