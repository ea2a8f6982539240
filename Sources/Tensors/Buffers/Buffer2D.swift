/// A dense row-major array of numbers, shape `(rows, columns)`, viewing shared storage.
///
/// Copying a `Buffer2D` copies the view, not the numbers, as in NumPy: `rows(0..<n)` and
/// `slice(at:rows:columns:)` give windows onto the same memory, which lives as long as any view of
/// it. Bytes are pixels or quantised activations, 16-bit integers bfloat16, 32-bit ones sums of
/// products of bytes.
///
/// Every view can write, so views are not `Sendable`: all views of one allocation stay on one thread
/// at a time. What threads share is a `ConstantMatrix`; those that write disjoint rows of one buffer
/// are a `ThreadTeam`.
@safe public struct Buffer2D<Element: BitwiseCopyable> {
    /// The number of rows; in a batch, one image each.
    public let rows: Int
    /// The number of columns, contiguous in memory.
    public let columns: Int
    @usableFromInline let storage: AlignedMemory
    @usableFromInline let base: UnsafeMutablePointer<Element>

    /// Zeros, with storage of their own.
    public init(rows: Int, columns: Int) {
        precondition(rows >= 0 && columns >= 0, "a buffer cannot have a negative size")
        let count = rows * columns
        let storage = AlignedMemory(bytes: count * MemoryLayout<Element>.stride)
        unsafe self.init(
            rows: rows, columns: columns, storage: storage,
            base: storage.base.bindMemory(to: Element.self, capacity: count))
    }

    /// A copy of `elements`, row by row, with storage of its own.
    public init(rows: Int, columns: Int, _ elements: some Collection<Element>) {
        precondition(elements.count == rows * columns, "the elements do not fill the buffer")
        self.init(rows: rows, columns: columns)
        // Element by element a generic collection takes 200 ns each: 80 ms of a start for a small model's weights.
        let target = unsafe UnsafeMutableBufferPointer(start: base, count: count)
        let copied = elements.withContiguousStorageIfAvailable { source in
            unsafe target.update(fromContentsOf: source)
        }
        guard copied == nil else { return }
        for (index, element) in elements.enumerated() { unsafe base[index] = element }
    }

    private init(
        rows: Int, columns: Int, storage: AlignedMemory, base: UnsafeMutablePointer<Element>
    ) {
        self.rows = rows
        self.columns = columns
        self.storage = storage
        unsafe self.base = base
    }

    /// The number of elements, `rows × columns`.
    @inlinable public var count: Int { rows * columns }

    /// A view of the rows in `range`.
    public func rows(_ range: Range<Int>) -> Buffer2D {
        precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows out of range")
        return unsafe Buffer2D(
            rows: range.count, columns: columns, storage: storage,
            base: base + range.lowerBound * columns)
    }

    /// A view of shape `(rows, columns)` that starts `offset` elements into this buffer, in row-major
    /// order; this is how one parameter buffer is carved into named weights.
    public func slice(at offset: Int, rows: Int, columns: Int) -> Buffer2D {
        precondition(
            offset >= 0 && rows >= 0 && columns >= 0 && offset + rows * columns <= count,
            "slice out of range")
        return unsafe Buffer2D(
            rows: rows, columns: columns, storage: storage, base: base + offset)
    }

    /// The element at `(row, column)`, bounds-checked.
    @inlinable public subscript(row: Int, column: Int) -> Element {
        get {
            precondition(row >= 0 && row < rows && column >= 0 && column < columns)
            return unsafe base[row * columns + column]
        }
        nonmutating set {
            precondition(row >= 0 && row < rows && column >= 0 && column < columns)
            unsafe base[row * columns + column] = newValue
        }
    }

    /// The elements of one row, copied.
    public subscript(row: Int) -> [Element] {
        withRow(row) { elements in elements.indices.map { elements[$0] } }
    }

    /// All elements in row-major order, copied.
    public var elements: [Element] {
        unsafe Array(UnsafeBufferPointer(start: base, count: count))
    }

    /// The elements of one row, valid while `body` runs.
    @inlinable public func withRow<Result>(_ row: Int, _ body: (Span<Element>) -> Result) -> Result
    {
        unsafe body(UnsafeBufferPointer(start: address(ofRow: row), count: columns).span)
    }

    /// Where a row is.
    @usableFromInline func address(ofRow row: Int) -> UnsafeMutablePointer<Element> {
        precondition(row >= 0 && row < rows, "no such row")
        return unsafe base + row * columns
    }
}

@available(*, unavailable)
extension Buffer2D: Sendable {}
