internal import CKernels

/// What products are computed with.
public enum Precision: String, Sendable, CaseIterable {
    /// 32-bit floats.
    case fp32
    /// Factors rounded to bfloat16, sums in 32-bit floats.
    case bf16
    /// Inputs of 0…255 and weights of −127…127, sums exact in 32-bit integers.
    case int8

    /// Whether this processor has instructions for it.
    ///
    /// Without them bfloat16 is slow, and products of bytes are added in 16 bits, which overflow.
    public var isSupported: Bool {
        let level = dnnl_get_effective_cpu_isa().rawValue
        return switch self {
        case .fp32: true
        case .bf16: level >= dnnl_cpu_isa_avx512_core_bf16.rawValue
        case .int8: level >= dnnl_cpu_isa_avx512_core_vnni.rawValue
        }
    }
}
