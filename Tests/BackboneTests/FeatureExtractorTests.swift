import Backbone
import Foundation
import Images
import Networks
import Tensors
import TestSupport
import Testing

/// What PyTorch's reference implementation (efficientnet-lite-pytorch 0.1.0) makes of a picture of random bytes: the
/// sums of a map, and the values at places 13, 7932, 15851 … of it, channels last.
struct Golden: Sendable {
    let picture: (Int, Int)
    let block: Int
    let size: (Int, Int, Int)
    let sum: Float
    let magnitude: Float
    let values: [Float]

    /// Of the weights of `RandomNetwork(seed: 7)`.
    static let random = [
        Golden(
            picture: (96, 64), block: 0, size: (48, 32, 16), sum: 12576.70, magnitude: 41067.99,
            values: [0.147977, -0.270408, 1.536233, 1.356827, 1.472384, 0.157641]),
        Golden(
            picture: (96, 64), block: 2, size: (24, 16, 24), sum: 21926.97, magnitude: 38403.06,
            values: [5.30074, -3.032105, 0.442484, 1.820753, -4.52974, 1.239663]),
        Golden(
            picture: (96, 64), block: 4, size: (12, 8, 40), sum: 3111.98, magnitude: 15976.55,
            values: [0.505547, 2.784684, -7.030488, 1.59336, -2.240847, 4.573846]),
        Golden(
            picture: (96, 64), block: 7, size: (6, 4, 80), sum: 3482.57, magnitude: 10109.50,
            values: [4.91599, 1.450934, 15.892002, 3.492144, -0.33189, 2.107202]),
        Golden(
            picture: (96, 64), block: 10, size: (6, 4, 112), sum: 5011.29, magnitude: 13813.59,
            values: [4.368665, 5.115342, 2.877327, 7.606831, -2.463712, -2.956645]),
        Golden(
            picture: (96, 64), block: 11, size: (3, 2, 192), sum: 332.91, magnitude: 3123.5,
            values: [3.300578, 1.872722, 3.012904, 1.912902, -2.996056, -1.257248]),
        Golden(
            picture: (96, 64), block: 12, size: (3, 2, 192), sum: 673.91, magnitude: 3960.17,
            values: [4.049591, -3.172302, 7.446735, 3.020531, -3.026245, 0.917292]),
        Golden(
            picture: (96, 64), block: 13, size: (3, 2, 192), sum: 935.20, magnitude: 4740.12,
            values: [5.44028, 0.322648, 5.313924, 0.214403, -4.619216, 1.499358]),
        Golden(
            picture: (96, 64), block: 14, size: (3, 2, 192), sum: 1432.04, magnitude: 5528.58,
            values: [12.29467, -1.113581, 4.498788, -0.704822, -2.130296, 8.144506]),
        Golden(
            picture: (75, 101), block: 0, size: (38, 51, 16), sum: 15899.99, magnitude: 52170.24,
            values: [2.203086, 1.116938, 2.285905, 2.945632, 0.844352, 5.413466]),
        Golden(
            picture: (75, 101), block: 2, size: (19, 26, 24), sum: 27896.55, magnitude: 49627.03,
            values: [4.483005, -2.118788, -0.309528, 1.389261, -2.464747, 1.150249]),
        Golden(
            picture: (75, 101), block: 4, size: (10, 13, 40), sum: 4156.56, magnitude: 22036.08,
            values: [1.691156, 3.415425, -2.077835, 4.161435, 0.585541, 4.025851]),
        Golden(
            picture: (75, 101), block: 7, size: (5, 7, 80), sum: 5218.30, magnitude: 15126.84,
            values: [0.774069, -3.715267, 14.175123, -0.41143, -1.40375, 2.015631]),
        Golden(
            picture: (75, 101), block: 10, size: (5, 7, 112), sum: 7514.43, magnitude: 20446.48,
            values: [2.543753, -1.390238, -0.360492, 2.798434, 1.998169, 0.678554]),
        Golden(
            picture: (75, 101), block: 11, size: (3, 4, 192), sum: 586.90, magnitude: 6152.15,
            values: [-1.317353, -2.547135, 1.778222, 4.338346, -3.431298, -3.105165]),
        Golden(
            picture: (75, 101), block: 12, size: (3, 4, 192), sum: 1103.04, magnitude: 8595.21,
            values: [2.535682, -2.471335, 7.324414, 4.692483, -4.831901, 0.899257]),
        Golden(
            picture: (75, 101), block: 13, size: (3, 4, 192), sum: 1983.09, magnitude: 10572.18,
            values: [3.998233, -3.803361, 6.35225, 3.536068, -6.335879, -0.006439]),
        Golden(
            picture: (75, 101), block: 14, size: (3, 4, 192), sum: 2966.79, magnitude: 12506.27,
            values: [12.261843, -4.409949, 3.029927, 1.401386, -4.385173, 3.758821]),
    ]
    /// Of Google's weights.
    static let real = [
        Golden(
            picture: (224, 224), block: 0, size: (112, 112, 16), sum: 5285.33,
            magnitude: 1666198.65,
            values: [9.591938, 7.536095, -7.56248, -6.002261, -4.901628, -1.978929]),
        Golden(
            picture: (224, 224), block: 2, size: (56, 56, 24), sum: -23350.98, magnitude: 656160.83,
            values: [8.402248, -8.634539, 5.94848, -3.512105, -16.938805, -1.090638]),
        Golden(
            picture: (224, 224), block: 4, size: (28, 28, 40), sum: -56241.62, magnitude: 178509.41,
            values: [0.981954, -2.785319, 5.186816, -9.873775, -10.638271, 14.996279]),
        Golden(
            picture: (224, 224), block: 7, size: (14, 14, 80), sum: -6640.78, magnitude: 68633.40,
            values: [7.596971, -3.241403, 9.552859, 6.587354, 7.393886, -2.848833]),
        Golden(
            picture: (224, 224), block: 10, size: (14, 14, 112), sum: -8215.21, magnitude: 67714.05,
            values: [-4.119352, -2.81706, 1.329603, -0.165306, 6.496028, 1.836315]),
        Golden(
            picture: (224, 224), block: 11, size: (7, 7, 192), sum: 82.91, magnitude: 17537.73,
            values: [-6.95448, -2.000038, -0.00502, -1.070611, -1.763878, -3.130656]),
        Golden(
            picture: (224, 224), block: 12, size: (7, 7, 192), sum: -5.13, magnitude: 19197.07,
            values: [-8.190657, -3.102963, -0.36103, -0.647291, -2.198946, -3.094565]),
        Golden(
            picture: (224, 224), block: 13, size: (7, 7, 192), sum: 43.81, magnitude: 21028.86,
            values: [-8.583591, -3.396238, -1.797735, -2.103079, -2.089724, -2.463844]),
        Golden(
            picture: (224, 224), block: 14, size: (7, 7, 192), sum: 258.28, magnitude: 23865.65,
            values: [-7.259368, -1.489293, -2.536945, -0.894701, -3.65021, -0.532422]),
        Golden(
            picture: (160, 224), block: 0, size: (80, 112, 16), sum: 3913.26, magnitude: 1189253.66,
            values: [9.591938, 7.536095, -7.56248, -6.002261, -4.901628, -1.978929]),
        Golden(
            picture: (160, 224), block: 2, size: (40, 56, 24), sum: -17086.51, magnitude: 467848.69,
            values: [8.402248, -8.634539, 5.94848, -3.512105, -16.938805, -1.090638]),
        Golden(
            picture: (160, 224), block: 4, size: (20, 28, 40), sum: -39380.36, magnitude: 128224.00,
            values: [0.981956, -2.785319, 5.186815, 0.025619, -7.785709, 0.527243]),
        Golden(
            picture: (160, 224), block: 7, size: (10, 14, 80), sum: -5161.16, magnitude: 49140.52,
            values: [7.596967, -3.353224, 3.847288, -2.839174, 1.11149, -5.698786]),
        Golden(
            picture: (160, 224), block: 10, size: (10, 14, 112), sum: -6075.31, magnitude: 49446.75,
            values: [-4.117873, -3.352255, 5.530858, -3.50941, 1.459085, 5.453988]),
        Golden(
            picture: (160, 224), block: 11, size: (5, 7, 192), sum: -59.76, magnitude: 12897.02,
            values: [-6.973913, -0.714737, 0.834795, 0.444533, -0.153878, -0.940908]),
        Golden(
            picture: (160, 224), block: 12, size: (5, 7, 192), sum: -90.27, magnitude: 14033.26,
            values: [-8.199555, -1.354674, -1.039936, -0.816156, -0.688958, 0.522382]),
        Golden(
            picture: (160, 224), block: 13, size: (5, 7, 192), sum: -152.75, magnitude: 15293.97,
            values: [-8.604164, -1.385929, -2.046243, -1.796469, -0.293072, 1.148838]),
        Golden(
            picture: (160, 224), block: 14, size: (5, 7, 192), sum: -274.24, magnitude: 17064.05,
            values: [-6.966957, 0.434077, -2.013277, -0.436094, -0.633729, 0.967243]),
    ]
}

@Suite struct FeatureExtractorTests {
    static let network = try? EfficientNetLite(RandomNetwork(seed: 7).file)
    /// Google's weights, where tools/fetch-backbone has brought them.
    static let backbone = try? BackboneFile(
        environment: ProcessInfo.processInfo.environment
    ).load()

    private func check(_ golden: Golden, _ map: FeatureMap, tolerance: Float = 1e-4) {
        #expect(golden.size == (map.rows, map.columns, map.channels))
        let elements = map.elements
        let scale = golden.magnitude / Float(elements.count)
        for (index, value) in golden.values.enumerated() {
            let found = elements[(index * 7919 + 13) % elements.count]
            #expect(abs(found - value) < tolerance * 10 * scale, "value \(index)")
        }
        #expect(
            abs(elements.reduce(0) { $0 + abs($1) } - golden.magnitude)
                < tolerance * golden.magnitude)
        #expect(abs(elements.reduce(0, +) - golden.sum) < tolerance * golden.magnitude)
    }

    private func extractor(
        _ golden: Golden, _ network: EfficientNetLite,
        taps: some Collection<Int> = BlockShape.all.indices, parts: Int = 1
    ) -> (FeatureExtractor, [UInt8]) {
        let shape = ImageShape(rows: golden.picture.0, columns: golden.picture.1, channels: 3)
        let extractor = FeatureExtractor(network, of: shape, taps: taps, parts: parts)
        return (extractor, randomPicture(shape.pixels * 3, seed: 3))
    }

    /// With the maps of all blocks kept, and alone, when those before are overwritten.
    private func checkMap(_ golden: Golden, _ network: EfficientNetLite) {
        for taps in [Array(BlockShape.all.indices), [golden.block]] {
            let (extractor, pixels) = extractor(golden, network, taps: taps)
            extractor.run(pixels.span)
            check(golden, extractor.map(afterBlock: golden.block))
        }
    }

    @Test(arguments: Golden.random)
    func `every map is what PyTorch makes of random weights`(golden: Golden) throws {
        checkMap(golden, try #require(Self.network))
    }

    @Test(
        .enabled(if: (backbone?.blocks.count ?? 0) == BlockShape.all.count), arguments: Golden.real)
    func `every map is what PyTorch makes of Google's weights`(golden: Golden) throws {
        checkMap(golden, try #require(Self.backbone))
    }

    @Test func `threads that share a picture compute what one computes`() throws {
        let golden = Golden.random[0]
        let (alone, pixels) = extractor(golden, try #require(Self.network))
        alone.run(pixels.span)
        let (shared, _) = extractor(golden, try #require(Self.network), parts: 3)
        let team = ThreadTeam(count: 3)
        for _ in 0..<2 { shared.run(pixels.span, by: team) }
        for block in BlockShape.all.indices {
            let (a, b) = (alone.map(afterBlock: block), shared.map(afterBlock: block))
            let difference = zip(a.elements, b.elements).reduce(0) { max($0, abs($1.0 - $1.1)) }
            #expect(difference < 1e-4, "block \(block)")
        }
    }

    @Test func `a grey picture is one of three equal channels`() throws {
        let network = try #require(Self.network)
        let grey = randomPicture(64 * 64, seed: 5)
        let one = FeatureExtractor(
            network, of: ImageShape(rows: 64, columns: 64, channels: 1), taps: [4])
        one.run(grey.span)
        let three = FeatureExtractor(
            network, of: ImageShape(rows: 64, columns: 64, channels: 3), taps: [4])
        let coloured = grey.flatMap { [$0, $0, $0] }
        three.run(coloured.span)
        let difference = zip(
            one.map(afterBlock: 4).elements, three.map(afterBlock: 4).elements
        ).reduce(0) { max($0, abs($1.0 - $1.1)) }
        #expect(difference < 1e-3)
    }

    @Test(arguments: [Precision.bf16, .int8])
    func `lower precisions stay near`(precision: Precision) throws {
        guard precision.isSupported else { return }
        let network = try #require(Self.network)
        let shape = ImageShape(rows: 96, columns: 64, channels: 3)
        let pixels = randomPicture(shape.pixels * 3, seed: 3)
        let whole = FeatureExtractor(network, of: shape, taps: BlockShape.all.indices)
        var ranges = BackboneRanges(blocks: 15)
        whole.observe(pixels.span, &ranges)
        let computation = BackboneComputation(precision: precision, ranges: ranges.completed)
        let rough = FeatureExtractor(
            network, of: shape, taps: BlockShape.all.indices, by: computation)
        rough.run(pixels.span)
        for block in BlockShape.all.indices {
            let (a, b) = (
                whole.map(afterBlock: block).elements, rough.map(afterBlock: block).elements
            )
            let steps = computation.steps(afterBlock: block)
            let error = a.indices.reduce(Float(0)) { sum, index in
                let difference = a[index] - b[index] * steps[index % steps.count]
                return sum + difference * difference
            }
            let power = a.reduce(0) { $0 + $1 * $1 }
            #expect(
                (error / power).squareRoot() < (precision == .bf16 ? 0.05 : 0.12),
                "block \(block)")
        }
    }

    /// What bytes are off, as a share of what a feature varies by in a picture: with each weight rounded to the nearest it
    /// would be 3 to 7 %.
    @Test(.enabled(if: backbone != nil && Precision.int8.isSupported))
    func `bytes are off by little with Google's weights`() throws {
        let network = try #require(Self.backbone)
        let shape = ImageShape(rows: 224, columns: 224, channels: 1)
        var random = RandomNumbers(seed: 1)
        let pixels = (0..<shape.pixels).map { index -> UInt8 in
            let (row, column) = (Float(index / 224), Float(index % 224))
            let wave: Float = sin(column / 20) * cos(row / 31)
            let part: Float = 120 + 60 * wave + 9 * random.nextNormal()
            return UInt8(min(max(part, 0), 255))
        }
        let taps = [4, 7, 10]
        let exact = FeatureExtractor(network, of: shape, taps: taps)
        var ranges = BackboneRanges(blocks: network.blocks.count)
        exact.observe(pixels.span, &ranges)
        let computation = BackboneComputation(precision: .int8, ranges: ranges.completed)
        let bytes = FeatureExtractor(network, of: shape, taps: taps, by: computation)
        bytes.run(pixels.span)
        for block in taps {
            let (a, b) = (
                exact.map(afterBlock: block).elements, bytes.map(afterBlock: block).elements
            )
            let steps = computation.steps(afterBlock: block)
            let count = Float(a.count / steps.count)
            let shares = steps.indices.map { channel in
                let places = stride(from: channel, to: a.count, by: steps.count)
                let mean = places.reduce(0) { $0 + a[$1] } / count
                let variance = places.reduce(0) { $0 + (a[$1] - mean) * (a[$1] - mean) }
                return places.reduce(0) {
                    let error = b[$1] * steps[channel] - a[$1]
                    return $0 + error * error
                } / variance
            }
            let share = shares.reduce(0, +) / Float(shares.count)
            #expect(share < 0.03, "block \(block)")
        }
    }
}
