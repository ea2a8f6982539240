/// A matrix of 32-bit floats that no longer changes, such as trained weights; any number of threads
/// may read it.
///
/// `@unchecked Sendable` because its memory is written by its initialiser alone, which keeps the one
/// view that could write to itself; everything it offers reads.
public struct ConstantMatrix: ReadableMatrix, @unchecked Sendable {
    private let values: Matrix

    private init(viewing values: Matrix) { self.values = values }

    /// A copy of what `matrix` holds now.
    public init(_ matrix: Matrix) {
        values = Matrix(rows: matrix.rows, columns: matrix.columns)
        values.copy(from: matrix)
    }

    /// A copy of `elements`, row by row.
    public init(rows: Int, columns: Int, _ elements: some Collection<Float>) {
        values = Matrix(rows: rows, columns: columns, elements)
    }

    /// The number of rows.
    public var rows: Int { values.rows }
    /// The number of columns, contiguous in memory.
    public var columns: Int { values.columns }
    /// Where the first element is, valid while a view of it lives.
    @unsafe public var address: UnsafePointer<Float> { unsafe values.address }

    /// A view of the rows in `range`.
    public func rows(_ range: Range<Int>) -> ConstantMatrix {
        ConstantMatrix(viewing: values.rows(range))
    }

    /// A view of shape `(rows, columns)` that starts `offset` elements into this matrix, in row-major
    /// order.
    public func slice(at offset: Int, rows: Int, columns: Int) -> ConstantMatrix {
        ConstantMatrix(viewing: values.slice(at: offset, rows: rows, columns: columns))
    }
}
