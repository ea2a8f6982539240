public import CSIMD

/// Sixteen floats that are worked on together: one AVX-512 register, or four of SSE's.
public typealias Lanes = SIMD16<Float>

/// The larger of `a` and `b` in every lane.
@inlinable @inline(__always)
public func maximum(_ a: Lanes, _ b: Lanes) -> Lanes { elbod_maximum(a, b) }

/// The square root of every lane.
@inlinable @inline(__always)
public func squareRoot(_ a: Lanes) -> Lanes { elbod_square_root(a) }

extension SIMD16<Float> {
    /// The first `size` floats at `address`, and zeros.
    @inlinable @inline(__always)
    init(loading address: UnsafeMutablePointer<Float>, _ size: Int) {
        if size == Self.scalarCount {
            self = UnsafeRawPointer(address).loadUnaligned(as: Self.self)
        } else {
            self = .zero
            for lane in 0..<size { self[lane] = address[lane] }
        }
    }

    /// Writes the first `size` lanes to `address`.
    @inlinable @inline(__always)
    func store(to address: UnsafeMutablePointer<Float>, _ size: Int) {
        if size == Self.scalarCount {
            UnsafeMutableRawPointer(address).storeBytes(of: self, as: Self.self)
        } else {
            for lane in 0..<size { address[lane] = self[lane] }
        }
    }
}
