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

    /// What one step of a map after a block stands for; 1 unless it holds bytes.
    public func step(afterBlock block: Int) -> Float { ranges.map { $0.outputs[block] / 127 } ?? 1 }

    /// The same between a block's expansion and its depthwise convolution.
    func step(expandedIn block: Int) -> Float { ranges.map { $0.expanded[block] / 255 } ?? 1 }

    /// The same between its depthwise convolution and its projection.
    func step(filteredIn block: Int) -> Float { ranges.map { $0.filtered[block] / 255 } ?? 1 }
}

/// The largest activations of normal pictures, of which steps of bytes are made.
public struct BackboneRanges: Sendable, Equatable, Codable {
    /// What the expansion of each block puts out, in block 0 the stem.
    public internal(set) var expanded: [Float]
    /// What the depthwise convolution of each block puts out.
    public internal(set) var filtered: [Float]
    /// The largest magnitude after each block.
    public internal(set) var outputs: [Float]

    /// Nothing seen yet.
    public init() {
        let none = [Float](repeating: 0, count: BlockShape.all.count)
        (expanded, filtered, outputs) = (none, none, none)
    }

    /// Whether steps can be made of them.
    public var isUsable: Bool {
        [expanded, filtered, outputs].allSatisfy {
            $0.count == BlockShape.all.count && $0.allSatisfy { $0.isFinite && $0 > 0 }
        }
    }

    /// The larger of both, range by range.
    public func union(_ other: BackboneRanges) -> BackboneRanges {
        var ranges = self
        for block in expanded.indices {
            ranges.expanded[block] = max(expanded[block], other.expanded[block])
            ranges.filtered[block] = max(filtered[block], other.filtered[block])
            ranges.outputs[block] = max(outputs[block], other.outputs[block])
        }
        return ranges
    }
}
