public import CSIMD

/// Eight floats that are worked on together: two SSE registers, few enough that a loop over four
/// matrices keeps all it needs in the sixteen there are.
public typealias Lanes = SIMD8<Float>

/// The larger of `a` and `b` in every lane.
@inlinable @inline(__always)
public func maximum(_ a: Lanes, _ b: Lanes) -> Lanes { elbod_maximum(a, b) }

/// The square root of every lane.
@inlinable @inline(__always)
public func squareRoot(_ a: Lanes) -> Lanes { elbod_square_root(a) }

/// `a / b` in every lane.
@inlinable @inline(__always)
public func quotient(_ a: Lanes, _ b: Lanes) -> Lanes { elbod_quotient(a, b) }

extension SIMD8<Float> {
    /// The floats at `address`.
    @inlinable @inline(__always)
    init(at address: UnsafeMutablePointer<Float>) {
        self = UnsafeRawPointer(address).loadUnaligned(as: Self.self)
    }

    /// Writes all lanes to `address`.
    @inlinable @inline(__always)
    func store(to address: UnsafeMutablePointer<Float>) {
        UnsafeMutableRawPointer(address).storeBytes(of: self, as: Self.self)
    }
}
