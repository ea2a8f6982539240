public import Networks
public import Tensors

/// How the backbone is computed: with which precision, and the steps that bytes need.
public struct BackboneComputation: Sendable, Equatable {
    /// What it is computed with.
    public let precision: Precision
    /// Needed for `int8` alone.
    public let ranges: BackboneRanges?

    /// With 32-bit floats.
    public static let fp32 = BackboneComputation(precision: .fp32)

    /// With `precision`, and the `ranges` of normal pictures where that is `int8`.
    public init(precision: Precision, ranges: BackboneRanges? = nil) {
        (self.precision, self.ranges) = (precision, precision == .int8 ? ranges : nil)
    }

    /// What is between two layers where ReLU6 has been.
    var rectified: FeatureElement {
        switch precision {
        case .fp32: .float
        case .bf16: .bfloat16
        case .int8: .unsigned
        }
    }

    /// What may be negative.
    var linear: FeatureElement { precision == .int8 ? .signed : rectified }

    /// What a step of each channel of a map after a block stands for; 1 unless it holds bytes.
    public func steps(afterBlock block: Int) -> [Float] {
        ranges?.outputs[block].map { $0 / 127 }
            ?? Array(repeating: 1, count: BlockShape.all[block].outputs)
    }

    /// The bytes after a block, whose blocks of one stage share their steps, for they are added.
    func bytes(afterBlock block: Int, _ ranges: BackboneRanges) -> ChannelSteps {
        ChannelSteps(.signed, ranges.outputs[block].map { $0 / 127 })
    }

    /// The bytes between a block's expansion and its depthwise convolution.
    func bytes(expandedIn block: Int, _ ranges: BackboneRanges) -> ChannelSteps {
        ChannelSteps(.unsigned, ranges.expanded[block].map { $0 / 255 })
    }

    /// The bytes between its depthwise convolution and its projection.
    func bytes(filteredIn block: Int, _ ranges: BackboneRanges) -> ChannelSteps {
        ChannelSteps(.unsigned, ranges.filtered[block].map { $0 / 255 })
    }
}

/// The largest activations of normal pictures, channel by channel, of which steps of bytes are made.
///
/// A step for a whole map would be that of its widest channel: the area under the curve of drawn tiles then falls from
/// 0.854 to 0.765.
public struct BackboneRanges: Sendable, Equatable {
    /// What the expansion of each block puts out, in block 0 the stem.
    public internal(set) var expanded: [[Float]]
    /// What the depthwise convolution of each block puts out.
    public internal(set) var filtered: [[Float]]
    /// The largest magnitude after each block.
    public internal(set) var outputs: [[Float]]

    /// Nothing seen yet of so many blocks.
    public init(blocks: Int) {
        let shapes = BlockShape.all.prefix(blocks)
        expanded = shapes.map { [Float](repeating: 0, count: $0.middle) }
        filtered = expanded
        outputs = shapes.map { [Float](repeating: 0, count: $0.outputs) }
    }

    /// The larger of both, range by range.
    public func union(_ other: BackboneRanges) -> BackboneRanges {
        func larger(_ a: [[Float]], _ b: [[Float]]) -> [[Float]] {
            zip(a, b).map { zip($0, $1).map(max) }
        }
        var ranges = self
        ranges.expanded = larger(expanded, other.expanded)
        ranges.filtered = larger(filtered, other.filtered)
        ranges.outputs = larger(outputs, other.outputs)
        return ranges
    }

    /// What steps are made of: blocks of one stage share their ranges, and a channel that was never active has a tiny
    /// one.
    public var completed: BackboneRanges {
        var ranges = self
        for block in outputs.indices.dropFirst().reversed() where BlockShape.all[block].isResidual {
            let shared = zip(ranges.outputs[block], ranges.outputs[block - 1]).map(max)
            (ranges.outputs[block], ranges.outputs[block - 1]) = (shared, shared)
        }
        for block in outputs.indices.dropFirst() where BlockShape.all[block].isResidual {
            ranges.outputs[block] = ranges.outputs[block - 1]
        }
        let floor = { (channels: [Float]) in channels.map { max($0, 1e-3) } }
        ranges.expanded = ranges.expanded.map(floor)
        ranges.filtered = ranges.filtered.map(floor)
        ranges.outputs = ranges.outputs.map(floor)
        return ranges
    }
}

extension BackboneRanges {
    private static let names = ["expanded", "filtered", "outputs"]
    private static var parts: [WritableKeyPath<BackboneRanges, [[Float]]>] {
        [
            \.expanded, \.filtered, \.outputs,
        ]
    }

    /// As tensors: `blocks.3.expanded` and so on.
    public var tensors: [String: Safetensors.Tensor] {
        var tensors: [String: Safetensors.Tensor] = [:]
        for (name, part) in zip(Self.names, Self.parts) {
            for (block, channels) in self[keyPath: part].enumerated() {
                tensors["blocks.\(block).\(name)"] = .init(
                    shape: [channels.count], elements: channels)
            }
        }
        return tensors
    }

    /// Takes those of so many blocks from tensors; nil if one is missing or no steps can be made of it.
    public init?(_ tensors: [String: Safetensors.Tensor], blocks: Int) {
        self.init(blocks: blocks)
        for (name, part) in zip(Self.names, Self.parts) {
            for block in self[keyPath: part].indices {
                let count = self[keyPath: part][block].count
                guard let tensor = tensors["blocks.\(block).\(name)"], tensor.shape == [count],
                    tensor.elements.allSatisfy({ $0.isFinite && $0 > 0 })
                else { return nil }
                self[keyPath: part][block] = tensor.elements
            }
        }
    }
}
