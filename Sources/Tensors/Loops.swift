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

/// Calls `body` with the elements of four matrices of one shape, eight at a time, to change the
/// first three; elements at the end that fill no vector come one by one, in every lane.
@inlinable @inline(__always)
public func forEachVector(
    _ a: Matrix, _ b: Matrix, _ c: Matrix, _ d: Matrix,
    _ body: (inout Lanes, inout Lanes, inout Lanes, Lanes) -> Void
) {
    precondition([b, c, d].allSatisfy { $0.count == a.count }, "shapes differ")
    let (count, a, b, c, d) = (a.count, a.base, b.base, c.base, d.base)
    // Whole vectors and the rest are kept apart: where the two meet, the optimiser would take every
    // vector to pieces.
    let whole = count / Lanes.scalarCount * Lanes.scalarCount
    var start = 0
    while start < whole {
        var (x, y, z) = (
            Lanes(at: a + start), Lanes(at: b + start), Lanes(at: c + start)
        )
        body(&x, &y, &z, Lanes(at: d + start))
        x.store(to: a + start)
        y.store(to: b + start)
        z.store(to: c + start)
        start &+= Lanes.scalarCount
    }
    for index in whole..<count {
        var (x, y, z) = (
            Lanes(repeating: a[index]), Lanes(repeating: b[index]), Lanes(repeating: c[index])
        )
        body(&x, &y, &z, Lanes(repeating: d[index]))
        (a[index], b[index], c[index]) = (x[0], y[0], z[0])
    }
}
