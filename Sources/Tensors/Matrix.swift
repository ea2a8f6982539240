import Glibc

/// A dense row-major matrix of 32-bit floats, shape `(rows, columns)`, viewing shared storage.
///
/// Copying a `Matrix` copies the view, not the numbers, as in NumPy: `rows(0..<n)` and
/// `slice(at:rows:columns:)` give windows onto the same memory, which lives as long as any view of
/// it. Allocations start on a 64-byte boundary, the width of an AVX-512 register.
///
/// `@unchecked Sendable` because the memory is allocated once, never moves and never resizes, so a
/// view can be read from any thread. Writers on several threads must write disjoint elements; the
/// only place that does so is the training step, whose threads own disjoint images in its first half and
/// disjoint parameters in its second. An engine's belong to its thread.
public struct Matrix: @unchecked Sendable {
    /// The number of rows; in a batch, one image each.
    public let rows: Int
    /// The number of columns, contiguous in memory.
    public let columns: Int
    @usableFromInline let storage: Storage
    @usableFromInline let base: UnsafeMutablePointer<Float>

    /// Owns one aligned, zero-filled allocation.
    @usableFromInline final class Storage {
        @usableFromInline let base: UnsafeMutablePointer<Float>

        init(count: Int) {
            let bytes = (max(count, 1) * MemoryLayout<Float>.stride + 63) / 64 * 64
            guard let raw = aligned_alloc(64, bytes) else {
                fatalError("out of memory: cannot allocate \(bytes) bytes for a matrix")
            }
            memset(raw, 0, bytes)
            base = raw.bindMemory(to: Float.self, capacity: bytes / MemoryLayout<Float>.stride)
        }

        deinit { free(base) }
    }

    /// A zero-filled matrix with storage of its own.
    public init(rows: Int, columns: Int) {
        precondition(rows >= 0 && columns >= 0, "a matrix cannot have a negative size")
        let storage = Storage(count: rows * columns)
        self.init(rows: rows, columns: columns, storage: storage, base: storage.base)
    }

    /// A matrix holding a copy of `elements`, row by row.
    public init(rows: Int, columns: Int, _ elements: some Collection<Float>) {
        precondition(elements.count == rows * columns, "the elements do not fill the matrix")
        self.init(rows: rows, columns: columns)
        for (index, element) in elements.enumerated() { base[index] = element }
    }

    private init(rows: Int, columns: Int, storage: Storage, base: UnsafeMutablePointer<Float>) {
        self.rows = rows
        self.columns = columns
        self.storage = storage
        self.base = base
    }

    /// The number of elements, `rows × columns`.
    public var count: Int { rows * columns }

    /// A view of the rows in `range`.
    public func rows(_ range: Range<Int>) -> Matrix {
        precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows out of range")
        return Matrix(
            rows: range.count, columns: columns, storage: storage,
            base: base + range.lowerBound * columns)
    }

    /// A view of shape `(rows, columns)` that starts `offset` elements into this matrix, in row-major
    /// order; this is how one parameter buffer is carved into named weights.
    public func slice(at offset: Int, rows: Int, columns: Int) -> Matrix {
        precondition(
            offset >= 0 && rows >= 0 && columns >= 0 && offset + rows * columns <= count,
            "slice out of range")
        return Matrix(rows: rows, columns: columns, storage: storage, base: base + offset)
    }

    /// The element at `(row, column)`, bounds-checked.
    public subscript(row: Int, column: Int) -> Float {
        get {
            precondition(row >= 0 && row < rows && column >= 0 && column < columns)
            return base[row * columns + column]
        }
        nonmutating set {
            precondition(row >= 0 && row < rows && column >= 0 && column < columns)
            base[row * columns + column] = newValue
        }
    }

    /// All elements in row-major order, copied.
    public var elements: [Float] {
        Array(UnsafeBufferPointer(start: base, count: count))
    }

    /// Copies every element of `other`, which has the same shape.
    public func copy(from other: Matrix) {
        precondition(rows == other.rows && columns == other.columns, "shapes differ")
        memcpy(base, other.base, count * MemoryLayout<Float>.stride)
    }

    /// A copy with every element multiplied by `factor`.
    public func scaled(by factor: Float) -> Matrix {
        let result = Matrix(rows: rows, columns: columns)
        for index in 0..<count { result.base[index] = base[index] * factor }
        return result
    }

    /// A copy with rows and columns exchanged, in storage of its own.
    public func transposed() -> Matrix {
        let result = Matrix(rows: columns, columns: rows)
        for row in 0..<rows {
            for column in 0..<columns {
                result.base[column * rows + row] = base[row * columns + column]
            }
        }
        return result
    }
}

/// The bytes of `elements` in little-endian order, as files hold them.
public func littleEndianBytes(of elements: [Float]) -> [UInt8] {
    let words = elements.map { $0.bitPattern.littleEndian }
    return words.withUnsafeBytes { [UInt8]($0) }
}

/// The floats whose little-endian bytes are `bytes`, a multiple of four.
public func floats(fromLittleEndian bytes: ArraySlice<UInt8>) -> [Float] {
    precondition(bytes.count % 4 == 0, "the bytes are not whole floats")
    return bytes.withUnsafeBytes { raw in
        (0..<raw.count / 4).map {
            Float(
                bitPattern: UInt32(
                    littleEndian: raw.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self)))
        }
    }
}
