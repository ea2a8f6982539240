public import Images
public import Tensors

/// Turns pictures of one size into maps of features, by the backbone.
///
/// Everything is allocated at initialisation. Belongs to one thread, and with several parts to a team of as many.
public final class FeatureExtractor {
    /// The size of pictures, of one channel or three.
    public let shape: ImageShape
    /// How it computes.
    public let computation: BackboneComputation
    /// The threads that share a picture.
    public let parts: Int
    /// The blocks whose maps are kept.
    private let taps: Set<Int>
    /// The last block that is computed.
    private let last: Int
    private let picture: FeatureMap
    private let paddingAbove: Int
    /// By blocks: where each puts its output.
    ///
    /// Blocks that add to what goes in put it there, unless it is kept or several parts read it at the same time.
    private let outputs: [FeatureMap]
    /// By parts, then by blocks.
    private let runners: [[BlockRunner]]

    /// Bytes of expanded rows at a time: with what they come from and go to, as much as an L2 cache of a MiB holds.
    ///
    /// Measured on a Zen 4 core: 5.66 ms a picture of 224 × 224, with 256 KiB 6.8 and with whole maps 6.0.
    private static let budget = 768 << 10

    /// For pictures of `shape` and the maps after the blocks in `taps`; `parts` threads may share a picture.
    public init(
        _ network: EfficientNetLite, of shape: ImageShape, taps: some Collection<Int>,
        by computation: BackboneComputation = .fp32, parts: Int = 1
    ) {
        precondition(shape.channels == 1 || shape.channels == 3, "a picture is grey or in colour")
        guard let last = taps.max(), network.blocks.indices.contains(last) else {
            preconditionFailure("the network has no such block")
        }
        precondition(
            computation.precision != .int8 || computation.ranges != nil,
            "8-bit steps need ranges")
        prepareThreadForComputing()
        (self.shape, self.computation, self.parts) = (shape, computation, parts)
        (self.taps, self.last) = (Set(taps), last)
        let padding = samePadding(shape.rows, kernel: 3, stride: 2)
        paddingAbove = padding.before
        picture = FeatureMap(
            rows: padding.before + shape.rows + padding.behind, columns: shape.columns,
            channels: shape.channels, computation.linear)
        let plan = Plan(network, shape, last, computation)
        outputs = plan.outputs(keeping: self.taps, sharing: parts > 1)
        runners = (0..<parts).map { plan.runners(part: $0, of: parts, budget: Self.budget) }
    }

    /// Computes the maps of a picture, `(rows, columns, channels)` in C order.
    public func run(_ pixels: Span<UInt8>) {
        precondition(pixels.count == shape.bytes, "the pixels are not one picture")
        precondition(parts == 1, "made for a team")
        picture.setPixels(pixels, fromRow: paddingAbove)
        for block in 0...last { run(block, part: 0) }
    }

    /// The same, shared by a team of as many threads as there are parts.
    public func run(_ pixels: Span<UInt8>, by team: ThreadTeam) {
        precondition(pixels.count == shape.bytes, "the pixels are not one picture")
        precondition(parts == team.count, "made for another team")
        picture.setPixels(pixels, fromRow: paddingAbove)
        for block in 0...last {
            // Each part writes rows of its own, and reads what nobody writes meanwhile.
            unsafe team.run { part in run(block, part: part) }
        }
    }

    private func run(_ block: Int, part: Int) {
        runners[part][block].run(input(of: block), into: outputs[block])
    }

    /// Computes the maps, and widens `ranges` to what activations come to.
    public func observe(_ pixels: Span<UInt8>, _ ranges: inout BackboneRanges) {
        precondition(pixels.count == shape.bytes && parts == 1 && computation.precision == .fp32)
        picture.setPixels(pixels, fromRow: paddingAbove)
        for block in 0...last {
            runners[0][block].observe(
                input(of: block), into: outputs[block], block: block, &ranges)
        }
    }

    private func input(of block: Int) -> FeatureMap {
        block == 0 ? picture : outputs[block - 1]
    }

    /// The map after a block that is kept, of the last picture; bytes are in steps of
    /// `computation.steps(afterBlock:)`.
    public func map(afterBlock block: Int) -> FeatureMap {
        precondition(taps.contains(block), "no map is kept there")
        return outputs[block]
    }
}
