internal import CKernels

// Operations that know about rows: a bias is added to each, a gradient is summed over all of them.

/// Adds `bias`, shape `(1, columns)`, to every row of `matrix`, and makes what is then below zero zero
/// if `rectifying`: ReLU.
public func add(_ bias: some ReadableMatrix, toRowsOf matrix: Matrix, rectifying: Bool = false) {
    precondition(bias.rows == 1 && bias.columns == matrix.columns, "the row does not fit")
    let bias = unsafe bias.address
    for row in 0..<matrix.rows {
        unsafe elbod_add_bias(
            level, matrix.address(ofRow: row), bias, matrix.columns, rectifying ? 1 : 0)
    }
}

/// Writes the sum of every column of `matrix` into `sums`, shape `(1, columns)`.
public func sumRows(of matrix: Matrix, into sums: Matrix) {
    unsafe sums.base.update(repeating: 0, count: sums.count)
    addMoments(of: matrix, sums: sums, squares: nil)
}

/// Adds all rows of `matrix` to `sums`, and their squares to `squares`, both `(1, columns)`.
public func addMoments(of matrix: Matrix, sums: Matrix, squares: Matrix?) {
    precondition(
        sums.count == matrix.columns && (squares?.count ?? sums.count) == matrix.columns,
        "the sums do not fit")
    for row in 0..<matrix.rows {
        unsafe elbod_add_moments(
            level, matrix.address(ofRow: row), matrix.columns, sums.base, squares?.base)
    }
}

extension Buffer2D where Element == Float {
    /// Writes 8-bit pixels into one row as numbers in [0, 1].
    public func setRow(_ row: Int, pixels: Span<UInt8>) {
        precondition(pixels.count == columns, "the pixels do not fit a row")
        unsafe pixels.withUnsafeBufferPointer { pixels in
            unsafe elbod_unit_pixels(level, pixels.baseAddress, pixels.count, address(ofRow: row))
        }
    }
}

/// Begins to load `pixels` into the cache: for reads whose order the processor cannot predict.
public func prefetch(_ pixels: Span<UInt8>) {
    unsafe pixels.withUnsafeBufferPointer { unsafe elbod_prefetch($0.baseAddress, $0.count) }
}
