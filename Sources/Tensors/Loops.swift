// Plain loops over the elements of matrices, with the arithmetic supplied by the caller.
//
// The closures are inlined, so each call compiles to one vectorised loop. What is computed again and
// again, in training and scoring, has loops of its own in CSIMD, for the processor at hand.

/// Calls `body` with each element of `a`, to change it.
@inlinable @inline(__always)
public func forEachElement(_ a: Matrix, _ body: (inout Float) -> Void) {
    let a = UnsafeMutableBufferPointer(start: a.base, count: a.count)
    for index in 0..<a.count { body(&a[index]) }
}

/// Calls `body` with the elements of `a` and `b` (same shape) at each position, to change `a`.
@inlinable @inline(__always)
public func forEachElement(
    _ a: Matrix, _ b: some ReadableMatrix, _ body: (inout Float, Float) -> Void
) {
    precondition(a.count == b.count, "shapes differ")
    let (count, a, b) = unsafe (a.count, a.base, b.address)
    for index in 0..<count { body(&a[index], b[index]) }
}
