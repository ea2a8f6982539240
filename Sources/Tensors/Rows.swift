// Operations that know about rows: a bias is added to each, a gradient is summed over all of them.

/// Sets the first `rows` rows of `matrix` to copies of `row`, shape `(1, columns)`; a product
/// accumulated on top is then already biased.
public func fillRows(of matrix: Matrix, with row: Matrix) {
    precondition(row.rows == 1 && row.columns == matrix.columns, "the row does not fit")
    for index in 0..<matrix.rows {
        (matrix.base + index * matrix.columns).update(from: row.base, count: row.columns)
    }
}

/// Writes the sum of every column of `matrix` into `sums`, shape `(1, columns)`.
public func sumRows(of matrix: Matrix, into sums: Matrix) {
    precondition(sums.rows == 1 && sums.columns == matrix.columns, "the sums do not fit")
    let (columns, sums) = (matrix.columns, sums.base)
    sums.update(repeating: 0, count: columns)
    for row in 0..<matrix.rows {
        let elements = matrix.base + row * columns
        for column in 0..<columns { sums[column] += elements[column] }
    }
}

extension Matrix {
    /// The elements of one row, valid while `body` runs.
    @inlinable
    public func withRow<Result>(_ row: Int, _ body: (Span<Float>) -> Result) -> Result {
        precondition(row >= 0 && row < rows, "no such row")
        return body(UnsafeBufferPointer(start: base + row * columns, count: columns).span)
    }

    /// The elements of one row for changing, valid while `body` runs.
    @inlinable
    public func withMutableRow<Result>(
        _ row: Int, _ body: (inout MutableSpan<Float>) -> Result
    ) -> Result {
        precondition(row >= 0 && row < rows, "no such row")
        let elements = UnsafeMutableBufferPointer(start: base + row * columns, count: columns)
        var span = elements.mutableSpan
        return body(&span)
    }

    /// Writes `bytes / divisor` into one row: 8-bit pixels become numbers in [0, 1].
    public func setRow(_ row: Int, bytes: Span<UInt8>, dividedBy divisor: Float) {
        precondition(row >= 0 && row < rows && bytes.count == columns, "the bytes do not fit a row")
        let elements = base + row * columns
        bytes.withUnsafeBufferPointer { bytes in
            for column in 0..<bytes.count { elements[column] = Float(bytes[column]) / divisor }
        }
    }
}
