/// A grey picture of 8 bits a pixel; 0 is black.
public struct GrayImage: Sendable, Hashable {
    /// The height in pixels.
    public let rows: Int
    /// The width in pixels.
    public let columns: Int
    /// Brightness, (rows, columns), row after row.
    public let pixels: [UInt8]

    /// Joins pixels and their shape; a count other than rows x columns is a mistake of the caller.
    public init(rows: Int, columns: Int, pixels: [UInt8]) {
        let (count, overflow) = rows.multipliedReportingOverflow(by: columns)
        precondition(
            rows >= 0 && columns >= 0 && !overflow && count == pixels.count,
            "\(pixels.count) pixels do not make \(rows) rows of \(columns) columns")
        self.rows = rows
        self.columns = columns
        self.pixels = pixels
    }
}
