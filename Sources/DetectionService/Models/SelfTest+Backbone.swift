import Backbone
import Images
import Tensors

/// The convolutions of inspection models, tried with random weights and a picture of random bytes.
///
/// What comes out is what PyTorch makes of them; see `FeatureExtractorTests`.
extension SelfTest {
    /// A map of features after a block: the sum of its elements, and that of their magnitudes.
    struct KnownMap {
        let block: Int
        let sum: Float
        let magnitude: Float
    }

    /// Sides that leave remainders at every stride.
    static let pictureShape = ImageShape(rows: 75, columns: 101, channels: 3)

    static let knownMaps = [
        KnownMap(block: 0, sum: 15899.99, magnitude: 52170.24),
        KnownMap(block: 2, sum: 27896.55, magnitude: 49627.03),
        KnownMap(block: 4, sum: 4156.56, magnitude: 22036.08),
        KnownMap(block: 7, sum: 5218.30, magnitude: 15126.84),
        KnownMap(block: 10, sum: 7514.43, magnitude: 20446.48),
        KnownMap(block: 11, sum: 586.90, magnitude: 6152.15),
        KnownMap(block: 12, sum: 1103.04, magnitude: 8595.21),
        KnownMap(block: 13, sum: 1983.09, magnitude: 10572.18),
        KnownMap(block: 14, sum: 2966.79, magnitude: 12506.27),
    ]

    /// How far a sum may be off, as a share of the magnitude: at most a half of it is seen, and 4 % with another network.
    static func mapTolerance(_ precision: Precision) -> Float {
        switch precision {
        case .fp32: 1e-4
        case .bf16: 7e-3
        case .int8: 3e-2
        }
    }

    /// So many blocks of the network that the maps are known of.
    static func knownNetwork(blocks: Int) throws(BackboneError) -> EfficientNetLite {
        try EfficientNetLite(RandomNetwork(seed: 7, blocks: blocks).file)
    }

    /// Throws if this machine does not compute so many blocks of convolutions as it should.
    static func runBackbone(
        _ precision: Precision, blocks: Int, _ network: EfficientNetLite? = nil
    ) throws {
        let network = try network ?? knownNetwork(blocks: blocks)
        let knownMaps = knownMaps.filter { $0.block < blocks }
        var random = SplitMix64(seed: 3)
        let pixels = (0..<pictureShape.values).map { _ in UInt8(random.next() >> 56) }
        let taps = knownMaps.map(\.block)
        var computation = BackboneComputation(precision: precision)
        if precision == .int8 {
            var ranges = BackboneRanges(blocks: network.blocks.count)
            FeatureExtractor(network, of: pictureShape, taps: taps).observe(pixels.span, &ranges)
            computation = BackboneComputation(precision: precision, ranges: ranges.completed)
        }
        let extractor = FeatureExtractor(network, of: pictureShape, taps: taps, by: computation)
        extractor.run(pixels.span)
        for known in knownMaps {
            let steps = computation.steps(afterBlock: known.block)
            let map = extractor.map(afterBlock: known.block).elements
            let values = map.indices.map { map[$0] * steps[$0 % steps.count] }
            let room = mapTolerance(precision) * known.magnitude
            for (found, known) in [
                (values.reduce(0, +), known.sum),
                (values.reduce(0) { $0 + abs($1) }, known.magnitude),
            ] where !(abs(found - known) <= room) {
                throw DaemonError.miscomputes(precision, value: found, known: known)
            }
        }
    }
}
