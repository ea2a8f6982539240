/// Images, one a row, each kept as it came: as bytes, or as floats in [0, 1].
///
/// Rows of floats take memory only where there are any. Copying it copies the reference.
public struct PixelRows: Sendable {
    /// The number of rows.
    public var rows: Int { bytes.rows }
    /// Pixels of an image.
    public var columns: Int { bytes.columns }

    /// The rows that came as bytes.
    public let bytes: NumberRows<UInt8>
    private let floats: NumberRows<Float>
    private let isFloat: NumberRows<UInt8>

    /// Room for `rows` images of `columns` pixels, all black.
    public init(rows: Int, columns: Int) {
        bytes = NumberRows(rows: rows, columns: columns)
        floats = NumberRows(rows: rows, columns: columns)
        isFloat = NumberRows(rows: 1, columns: rows)
    }

    /// Writes one row as bytes, 255 for white.
    public func setRow(_ row: Int, bytes source: Span<UInt8>) {
        precondition(row >= 0 && row < rows && source.count == columns, "no such row")
        source.withUnsafeBufferPointer { source in
            guard let start = source.baseAddress else { return }
            bytes.address(ofRow: row).update(from: start, count: source.count)
        }
        isFloat.base[row] = 0
    }

    /// Lets `body` write one row as floats in [0, 1]; what it throws leaves the row meaningless.
    public func setRow<Failure: Error>(
        _ row: Int, floats body: (inout MutableSpan<Float>) throws(Failure) -> Void
    ) throws(Failure) {
        precondition(row >= 0 && row < rows, "no such row")
        let elements = UnsafeMutableBufferPointer(
            start: floats.address(ofRow: row), count: columns)
        var span = elements.mutableSpan
        isFloat.base[row] = 1
        try body(&span)
    }

    /// Copies a row of `other`, of images of the same size.
    public func copy(_ otherRow: Int, of other: PixelRows, to row: Int) {
        precondition(
            columns == other.columns && row >= 0 && row < rows && otherRow >= 0
                && otherRow < other.rows, "no such row")
        isFloat.base[row] = other.isFloat.base[otherRow]
        if isFloat.base[row] == 0 {
            bytes.address(ofRow: row).update(
                from: other.bytes.address(ofRow: otherRow), count: columns)
        } else {
            floats.address(ofRow: row).update(
                from: other.floats.address(ofRow: otherRow), count: columns)
        }
    }

    /// Whether the first `count` rows all came as bytes.
    public func areBytes(_ count: Int) -> Bool {
        precondition(count >= 0 && count <= rows, "no such rows")
        for row in 0..<count where isFloat.base[row] != 0 { return false }
        return true
    }

    /// The pixels of one row in [0, 1], copied.
    public subscript(row: Int) -> [Float] {
        precondition(row >= 0 && row < rows, "no such row")
        return isFloat.base[row] != 0 ? floats[row] : bytes[row].map { Float($0) / 255 }
    }

    /// Where a row is: as bytes, or as floats.
    func addresses(ofRow row: Int) -> (UnsafePointer<UInt8>?, UnsafePointer<Float>?) {
        isFloat.base[row] != 0
            ? (nil, UnsafePointer(floats.address(ofRow: row)))
            : (UnsafePointer(bytes.address(ofRow: row)), nil)
    }
}
