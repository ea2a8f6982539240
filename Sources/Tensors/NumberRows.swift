import Glibc

/// Rows of numbers of any type, in one aligned allocation; what `Matrix` is for floats.
///
/// Bytes are pixels or quantised activations, 16-bit numbers are bfloat16, 32-bit ones sums of
/// products of bytes. Copying it copies the reference.
///
/// `@unchecked Sendable` because the memory is allocated once, never moves and never resizes. Whoever
/// writes a row owns it at that time: a queue under its lock, from a claim to its release the batch that
/// made it, or else a batch or an engine of one thread.
public struct NumberRows<Element: BitwiseCopyable>:
    @unchecked Sendable
{
    /// The number of rows.
    public let rows: Int
    /// The number of columns, contiguous in memory.
    public let columns: Int
    private let storage: Storage
    let base: UnsafeMutablePointer<Element>

    private final class Storage {
        let base: UnsafeMutableRawPointer

        init(bytes: Int) {
            // Pages that nobody writes to are never there.
            guard let base = calloc(bytes + 64, 1) else {
                fatalError("out of memory: cannot allocate \(bytes) bytes for numbers")
            }
            self.base = base
        }

        deinit { free(base) }
    }

    /// Zeros.
    public init(rows: Int, columns: Int) {
        precondition(rows >= 0 && columns >= 0, "numbers cannot have a negative count")
        (self.rows, self.columns) = (rows, columns)
        storage = Storage(bytes: rows * columns * MemoryLayout<Element>.stride)
        let aligned = (UInt(bitPattern: storage.base) + 63) / 64 * 64
        let offset = Int(aligned - UInt(bitPattern: storage.base))
        base = (storage.base + offset).bindMemory(to: Element.self, capacity: rows * columns)
    }

    /// A copy of `elements`, row by row.
    public init(rows: Int, columns: Int, _ elements: [Element]) {
        precondition(elements.count == rows * columns, "the elements do not fill the rows")
        self.init(rows: rows, columns: columns)
        for (index, element) in elements.enumerated() { base[index] = element }
    }

    /// The elements of one row, copied.
    public subscript(row: Int) -> [Element] {
        precondition(row >= 0 && row < rows, "no such row")
        return Array(UnsafeBufferPointer(start: base + row * columns, count: columns))
    }

    /// The element at `(row, column)`, bounds-checked.
    public subscript(row: Int, column: Int) -> Element {
        get {
            precondition(row >= 0 && row < rows && column >= 0 && column < columns)
            return base[row * columns + column]
        }
        nonmutating set {
            precondition(row >= 0 && row < rows && column >= 0 && column < columns)
            base[row * columns + column] = newValue
        }
    }

    /// Copies the first `count` elements of a row of `other`.
    public func copy(_ otherRow: Int, of other: NumberRows, to row: Int, count: Int) {
        precondition(
            row >= 0 && row < rows && otherRow >= 0 && otherRow < other.rows && count >= 0
                && count <= min(columns, other.columns), "no such rows")
        address(ofRow: row).update(from: other.address(ofRow: otherRow), count: count)
    }

    /// The elements of one row, valid while `body` runs.
    public func withRow<Result>(_ row: Int, _ body: (Span<Element>) -> Result) -> Result {
        precondition(row >= 0 && row < rows, "no such row")
        return body(UnsafeBufferPointer(start: address(ofRow: row), count: columns).span)
    }

    func address(ofRow row: Int) -> UnsafeMutablePointer<Element> { base + row * columns }
}
