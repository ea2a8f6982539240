// Plain loops over the elements of matrices, with the arithmetic supplied by the caller.
//
// The closures are inlined, so each call compiles to one vectorised loop; what an optimiser step or
// a gradient computes is written where it belongs, and the pointers stay here.

/// Calls `body` with each element of `a`, to change it.
@inlinable @inline(__always)
public func forEachElement(_ a: Matrix, _ body: (inout Float) -> Void) {
    let a = UnsafeMutableBufferPointer(start: a.base, count: a.count)
    for index in 0..<a.count { body(&a[index]) }
}

/// Calls `body` with the elements of `a` and `b` (same shape) at each position, to change `a`.
@inlinable @inline(__always)
public func forEachElement(_ a: Matrix, _ b: Matrix, _ body: (inout Float, Float) -> Void) {
    precondition(a.count == b.count, "shapes differ")
    let (count, a, b) = (a.count, a.base, b.base)
    for index in 0..<count { body(&a[index], b[index]) }
}

/// Calls `body` with the elements of `a`, `b` and `c` (same shape) at each position, to change `a`.
@inlinable @inline(__always)
public func forEachElement(
    _ a: Matrix, _ b: Matrix, _ c: Matrix, _ body: (inout Float, Float, Float) -> Void
) {
    precondition(a.count == b.count && a.count == c.count, "shapes differ")
    let (count, a, b, c) = (a.count, a.base, b.base, c.base)
    for index in 0..<count { body(&a[index], b[index], c[index]) }
}

/// Calls `body` with the elements of five matrices of one shape, to change the first two.
@inlinable @inline(__always)
public func forEachElement(
    _ a: Matrix, _ b: Matrix, _ c: Matrix, _ d: Matrix, _ e: Matrix,
    _ body: (inout Float, inout Float, Float, Float, Float) -> Void
) {
    precondition([b, c, d, e].allSatisfy { $0.count == a.count }, "shapes differ")
    let (count, a, b, c, d, e) = (a.count, a.base, b.base, c.base, d.base, e.base)
    for index in 0..<count { body(&a[index], &b[index], c[index], d[index], e[index]) }
}

/// Calls `body` with the elements of four matrices of one shape, sixteen at a time, to change the
/// first three; the lanes beyond the last element hold zeros and are not stored.
@inlinable @inline(__always)
public func forEachVector(
    _ a: Matrix, _ b: Matrix, _ c: Matrix, _ d: Matrix,
    _ body: (inout Lanes, inout Lanes, inout Lanes, Lanes) -> Void
) {
    precondition([b, c, d].allSatisfy { $0.count == a.count }, "shapes differ")
    let (count, a, b, c, d) = (a.count, a.base, b.base, c.base, d.base)
    for start in stride(from: 0, to: count, by: Lanes.scalarCount) {
        let size = min(Lanes.scalarCount, count - start)
        var (x, y, z) = (
            Lanes(loading: a + start, size), Lanes(loading: b + start, size),
            Lanes(loading: c + start, size)
        )
        body(&x, &y, &z, Lanes(loading: d + start, size))
        x.store(to: a + start, size)
        y.store(to: b + start, size)
        z.store(to: c + start, size)
    }
}
