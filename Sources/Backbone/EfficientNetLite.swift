/// EfficientNet-Lite0 (Tan & Le, 2019, without squeeze and excitation and with ReLU6) up to block 14 or an earlier one, frozen: what
/// ImageNet has taught it to see, of which inspection models judge the places of a picture.
///
/// Batch norms are folded into the convolutions before them.
public struct EfficientNetLite: Sendable, Equatable {
    /// The convolution of pixels.
    public let stem: Layer
    /// From block 0 on, at least `fewestBlocks`.
    public let blocks: [Block]
    /// Where the weights are from, what their licence is: text by key.
    public let origin: [String: String]

    /// The weights of a convolution, `(outputs, inputs, kernel, kernel)`, and its biases.
    public struct Layer: Sendable, Equatable {
        /// In C order; depthwise ones have one input.
        public let weight: [Float]
        /// One an output.
        public let bias: [Float]
    }

    /// An inverted residual block (Sandler et al., 2018).
    public struct Block: Sendable, Equatable {
        /// Its sizes.
        public let shape: BlockShape
        /// To more channels, place by place; block 0 has none.
        public let expand: Layer?
        /// Each channel by itself.
        public let depthwise: Layer
        /// To fewer channels, linear.
        public let project: Layer
    }

    /// Joins layers whose sizes are those of `BlockShape.all`.
    init(stem: Layer, blocks: [Block], origin: [String: String]) {
        (self.stem, self.blocks, self.origin) = (stem, blocks, origin)
    }

    /// The network up to a block, or to the last that every one has: what maps up to there need.
    public func upTo(_ block: Int) -> EfficientNetLite {
        EfficientNetLite(
            stem: stem, blocks: Array(blocks.prefix(max(block + 1, Self.fewestBlocks))),
            origin: origin)
    }

    /// Blocks that every network has: as many as all had once.
    public static let fewestBlocks = 11

    /// The first convolution, of pictures of so many channels: for grey ones, which stand for three equal channels, its
    /// kernels are summed over these.
    public func stem(channels: Int) -> Layer {
        guard channels == 1 else { return stem }
        let area = 9
        let sums = (0..<(Self.stemChannels * area)).map { index in
            (0..<3).reduce(Float(0)) {
                $0 + stem.weight[index / area * 3 * area + $1 * area + index % area]
            }
        }
        return Layer(weight: sums, bias: stem.bias)
    }

    /// Weights and biases, all together.
    public var parameterCount: Int {
        let layers =
            [stem] + blocks.flatMap { [$0.expand, $0.depthwise, $0.project].compactMap(\.self) }
        return layers.reduce(0) { $0 + $1.weight.count + $1.bias.count }
    }

    /// Channels of the first convolution.
    public static let stemChannels = 32
}

/// The sizes of a block.
public struct BlockShape: Sendable, Hashable {
    /// Channels in.
    public let inputs: Int
    /// Channels between.
    public let middle: Int
    /// Channels out.
    public let outputs: Int
    /// The side of the depthwise kernel.
    public let kernel: Int
    /// Its step.
    public let stride: Int

    /// Whether what goes in is added to what comes out.
    public var isResidual: Bool { stride == 1 && inputs == outputs }

    /// The side of the square of pixels that a place of the map after a block stands for.
    public static func pixels(afterBlock block: Int) -> Int {
        all[...block].reduce(2) { $0 * $1.stride }
    }

    /// Blocks 0 to 14: of each stage kernel, step, expansion, channels and number.
    public static let all: [BlockShape] = {
        let stages = [
            (3, 1, 1, 16, 1), (3, 2, 6, 24, 2), (5, 2, 6, 40, 2), (3, 2, 6, 80, 3),
            (5, 1, 6, 112, 3), (5, 2, 6, 192, 4),
        ]
        var shapes: [BlockShape] = []
        var channels = EfficientNetLite.stemChannels
        for (kernel, stride, expansion, outputs, count) in stages {
            for index in 0..<count {
                shapes.append(
                    BlockShape(
                        inputs: channels, middle: channels * expansion, outputs: outputs,
                        kernel: kernel, stride: index == 0 ? stride : 1))
                channels = outputs
            }
        }
        return shapes
    }()
}
