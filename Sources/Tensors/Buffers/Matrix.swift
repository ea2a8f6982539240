/// A matrix of 32-bit floats that its thread can write.
public typealias Matrix = Buffer2D<Float>

/// What a factor of a product is read from: a `Matrix`, or a `ConstantMatrix`, which nobody writes.
public protocol ReadableMatrix {
    /// The number of rows.
    var rows: Int { get }
    /// The number of columns, contiguous in memory.
    var columns: Int { get }
    /// Where the first element is, valid while the matrix lives.
    @unsafe var address: UnsafePointer<Float> { get }
    /// A view of the rows in `range`.
    func rows(_ range: Range<Int>) -> Self
    /// A view of shape `(rows, columns)` that starts `offset` elements into this matrix.
    func slice(at offset: Int, rows: Int, columns: Int) -> Self
}

extension Buffer2D: ReadableMatrix where Element == Float {
    /// Where the first element is, valid while a view of it lives.
    @unsafe public var address: UnsafePointer<Float> { unsafe UnsafePointer(base) }
}

extension Buffer2D where Element == Float {
    /// Copies every element of `other`, which has the same shape.
    public func copy(from other: some ReadableMatrix) {
        precondition(rows == other.rows && columns == other.columns, "shapes differ")
        unsafe base.update(from: other.address, count: count)
    }
}

extension ReadableMatrix {
    /// The number of elements, `rows × columns`.
    public var count: Int { rows * columns }

    /// All elements in row-major order, copied.
    public var elements: [Float] {
        unsafe Array(UnsafeBufferPointer(start: address, count: count))
    }

    /// The element at `(row, column)`, bounds-checked.
    public subscript(row: Int, column: Int) -> Float {
        precondition(row >= 0 && row < rows && column >= 0 && column < columns)
        return unsafe address[row * columns + column]
    }

    /// A copy with every element multiplied by `factor`.
    public func scaled(by factor: Float) -> Matrix {
        Matrix(rows: rows, columns: columns, elements.map { $0 * factor })
    }

    /// A copy with rows and columns exchanged, in storage of its own.
    public func transposed() -> Matrix {
        let (rows, columns) = (rows, columns)
        let (result, source) = unsafe (Matrix(rows: columns, columns: rows), address)
        for row in 0..<rows {
            for column in 0..<columns {
                unsafe result.base[column * rows + row] = source[row * columns + column]
            }
        }
        return result
    }
}

/// The bytes of `elements` in little-endian order, as files hold them.
public func littleEndianBytes(of elements: [Float]) -> [UInt8] {
    let words = elements.map { $0.bitPattern.littleEndian }
    return unsafe words.withUnsafeBytes { unsafe [UInt8]($0) }
}

/// The floats whose little-endian bytes are `bytes`, a multiple of four.
public func floats(fromLittleEndian bytes: ArraySlice<UInt8>) -> [Float] {
    precondition(bytes.count % 4 == 0, "the bytes are not whole floats")
    return unsafe bytes.withUnsafeBytes { raw in
        (0..<raw.count / 4).map {
            let word = unsafe raw.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self)
            return Float(bitPattern: UInt32(littleEndian: word))
        }
    }
}
