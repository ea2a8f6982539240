/// Owns images, one a row, each kept as it came: as bytes, or as floats in [0, 1].
///
/// Rows of floats take memory only where there are any. It has one owner, and is not `Sendable`: one
/// thread at a time writes and reads it, through any borrow. A type that lets several threads work on
/// disjoint rows holds it in a class of its own and proves that they are.
public struct ImageBatch: ~Copyable {
    /// The number of rows.
    public var rows: Int { bytes.rows }
    /// Pixels of an image.
    public var columns: Int { bytes.columns }

    private let bytes: Buffer2D<UInt8>
    private let floats: Matrix
    private let isFloat: Buffer2D<Bool>

    /// Room for `rows` images of `columns` pixels, all black.
    public init(rows: Int, columns: Int) {
        bytes = Buffer2D(rows: rows, columns: columns)
        floats = Matrix(rows: rows, columns: columns)
        isFloat = Buffer2D(rows: rows, columns: 1)
    }

    /// Writes one row as bytes, 255 for white.
    public func setRow(_ row: Int, bytes source: Span<UInt8>) {
        precondition(source.count == columns, "not as many pixels as a row has")
        let destination = unsafe bytes.address(ofRow: row)
        unsafe source.withUnsafeBufferPointer { source in
            guard let start = source.baseAddress else { return }
            unsafe destination.update(from: start, count: source.count)
        }
        unsafe isFloat.base[row] = false
    }

    /// Lets `body` write one row as floats in [0, 1]; what it throws leaves the row meaningless.
    public func setRow<Failure: Error>(
        _ row: Int, floats body: (inout MutableSpan<Float>) throws(Failure) -> Void
    ) throws(Failure) {
        let elements = unsafe UnsafeMutableBufferPointer(start: floatsToWrite(row), count: columns)
        var span = unsafe elements.mutableSpan
        try body(&span)
    }

    /// Where one row is about to be written as floats.
    func floatsToWrite(_ row: Int) -> UnsafeMutablePointer<Float> {
        isFloat[row, 0] = true
        return unsafe floats.address(ofRow: row)
    }

    /// Where one row is about to be written as bytes.
    func bytesToWrite(_ row: Int) -> UnsafeMutablePointer<UInt8> {
        isFloat[row, 0] = false
        return unsafe bytes.address(ofRow: row)
    }

    /// The pixels of one row in [0, 1], copied.
    public subscript(row: Int) -> [Float] {
        isFloat[row, 0] ? floats[row] : bytes[row].map { Float($0) / 255 }
    }

    /// The bytes of the first `count` rows, if all of those came as bytes; to be read only.
    func bytesOnly(_ count: Int) -> Buffer2D<UInt8>? {
        for row in 0..<count where isFloat[row, 0] { return nil }
        return bytes
    }

    /// Where a row is: as bytes, or as floats.
    func addresses(ofRow row: Int) -> (UnsafePointer<UInt8>?, UnsafePointer<Float>?) {
        isFloat[row, 0]
            ? unsafe (nil, UnsafePointer(floats.address(ofRow: row)))
            : unsafe (UnsafePointer(bytes.address(ofRow: row)), nil)
    }
}

@available(*, unavailable)
extension ImageBatch: Sendable {}
