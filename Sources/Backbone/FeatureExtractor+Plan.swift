import Images
import Tensors

extension FeatureExtractor {
    /// What is computed of a network for pictures of one size.
    struct Plan {
        private let network: EfficientNetLite
        private let picture: ImageShape
        private let last: Int
        private let computation: BackboneComputation

        init(
            _ network: EfficientNetLite, _ picture: ImageShape, _ last: Int,
            _ computation: BackboneComputation
        ) {
            (self.network, self.picture) = (network, picture)
            (self.last, self.computation) = (last, computation)
        }

        /// The size of the map that goes into the depthwise convolution of a block, and of that which comes out.
        private func sizes(
            of block: Int
        ) -> (expanded: (rows: Int, columns: Int), output: (rows: Int, columns: Int)) {
            func half(_ size: (rows: Int, columns: Int), _ stride: Int) -> (Int, Int) {
                ((size.rows + stride - 1) / stride, (size.columns + stride - 1) / stride)
            }
            var expanded = half((picture.rows, picture.columns), 2)
            for index in 0..<block { expanded = half(expanded, BlockShape.all[index].stride) }
            return (expanded, half(expanded, BlockShape.all[block].stride))
        }

        /// Where each block puts its output.
        func outputs(keeping taps: Set<Int>, sharing: Bool) -> [FeatureMap] {
            var outputs: [FeatureMap] = []
            for (index, shape) in BlockShape.all[...last].enumerated() {
                if shape.isResidual, !sharing, !taps.contains(index - 1), let before = outputs.last
                {
                    outputs.append(before)
                } else {
                    let size = sizes(of: index).output
                    outputs.append(
                        FeatureMap(
                            rows: size.rows, columns: size.columns, channels: shape.outputs,
                            computation.linear))
                }
            }
            return outputs
        }

        /// The runners of all blocks for one of `parts` parts of each output.
        func runners(part: Int, of parts: Int, budget: Int) -> [BlockRunner] {
            let bands = BlockShape.all[...last].indices.map { block in
                let (expanded, output) = sizes(of: block)
                let shape = BlockShape.all[block]
                return Bands(
                    (output.rows * part / parts)..<(output.rows * (part + 1) / parts),
                    kernel: shape.kernel, stride: shape.stride,
                    above: samePadding(
                        expanded.rows, kernel: shape.kernel, stride: shape.stride
                    ).before, extent: expanded.rows,
                    bytes: expanded.columns * shape.middle * computation.rectified.size,
                    budget: budget)
            }
            // All blocks use the same scratch, which stays in the cache.
            let windows = bands.indices.map { block in
                bands[block].window * sizes(of: block).expanded.columns * width(block)
            }
            let filters = bands.indices.map { block in
                bands[block].rows * sizes(of: block).output.columns * width(block)
            }
            let window = Buffer2D<UInt8>(rows: 1, columns: windows.max() ?? 0)
            let filtered = Buffer2D<UInt8>(rows: 1, columns: filters.max() ?? 0)
            return bands.indices.map { block in
                let (expanded, output) = sizes(of: block)
                let channels = BlockShape.all[block].middle
                return BlockRunner(
                    layers(block, expanded.columns), bands: bands[block],
                    window: FeatureMap(
                        rows: bands[block].window, columns: expanded.columns, channels: channels,
                        computation.rectified, in: window),
                    filtered: FeatureMap(
                        rows: bands[block].rows, columns: output.columns, channels: channels,
                        computation.rectified, in: filtered))
            }
        }

        /// Bytes of a place between the convolutions of a block.
        private func width(_ block: Int) -> Int {
            BlockShape.all[block].middle * computation.rectified.size
        }

        private func layers(_ block: Int, _ columns: Int) -> BlockRunner.Layers {
            let (weights, shape) = (network.blocks[block], BlockShape.all[block])
            var expand = ConvolutionShape(inputs: shape.inputs, outputs: shape.middle)
            var depthwise = ConvolutionShape(inputs: shape.middle, outputs: shape.middle)
            var project = ConvolutionShape(inputs: shape.middle, outputs: shape.outputs)
            if block == 0 {
                (expand.inputs, expand.kernel, expand.stride) = (picture.channels, 3, 2)
            }
            (depthwise.kernel, depthwise.stride) = (shape.kernel, shape.stride)
            depthwise.isDepthwise = true
            (expand.isClipped, depthwise.isClipped) = (true, true)
            project.isAdding = shape.isResidual
            let (first, out) = (
                block == 0 ? picture.columns : columns,
                (columns + shape.stride - 1) / shape.stride
            )
            let expansion = block == 0 ? stem : weights.expand ?? stem
            guard computation.precision == .int8, let ranges = computation.ranges else {
                return BlockRunner.Layers(
                    expand: convolution(expand, first, expansion),
                    depthwise: convolution(depthwise, columns, weights.depthwise),
                    project: convolution(project, out, weights.project))
            }
            let source =
                block == 0
                ? ChannelSteps(.signed, Array(repeating: 1 / 128, count: picture.channels))
                : computation.bytes(afterBlock: block - 1, ranges)
            let expanded = computation.bytes(expandedIn: block, ranges)
            let filtered = computation.bytes(filteredIn: block, ranges)
            return BlockRunner.Layers(
                expand: Convolution(
                    expand, columns: first, weights: expansion.weight, bias: expansion.bias,
                    from: source, into: expanded),
                depthwise: Convolution(
                    depthwise, columns: columns, weights: weights.depthwise.weight,
                    bias: weights.depthwise.bias, from: expanded, into: filtered),
                project: Convolution(
                    project, columns: out, weights: weights.project.weight,
                    bias: weights.project.bias, from: filtered,
                    into: computation.bytes(afterBlock: block, ranges)))
        }

        private var stem: EfficientNetLite.Layer { network.stem(channels: picture.channels) }

        private func convolution(
            _ shape: ConvolutionShape, _ columns: Int, _ layer: EfficientNetLite.Layer
        ) -> Convolution {
            Convolution(
                shape, columns: columns, weights: layer.weight, bias: layer.bias,
                as: computation.linear, into: computation.linear)
        }
    }
}
