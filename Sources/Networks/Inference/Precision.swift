import Tensors

/// What scores are computed with.
public enum Precision: String, Sendable, CaseIterable {
    /// 32-bit floats.
    case fp32
    /// bfloat16 products, summed in 32-bit floats.
    case bf16
    /// Products of 8-bit whole numbers, summed exactly.
    case int8

    /// Whether this processor has instructions for it; without them it would be slow, or saturate.
    public var isSupported: Bool {
        switch self {
        case .fp32: true
        case .bf16: PackedLinear.Arithmetic.bfloat16.isSupported
        case .int8: PackedLinear.Arithmetic.bytes.isSupported
        }
    }
}
