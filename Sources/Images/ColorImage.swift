/// A colour picture of 8 bits for each of red, green, blue and opacity, in this order.
public struct ColorImage: Sendable, Hashable {
    /// The height in pixels.
    public let rows: Int
    /// The width in pixels.
    public let columns: Int
    /// Four bytes a pixel, row after row.
    public let pixels: [UInt8]

    /// Joins pixels and their shape; a count other than 4 x rows x columns is a mistake of the caller.
    public init(rows: Int, columns: Int, pixels: [UInt8]) {
        precondition(
            rows >= 0 && columns >= 0 && pixels.count == 4 * rows * columns,
            "\(pixels.count) bytes do not make \(rows) rows of \(columns) columns")
        self.rows = rows
        self.columns = columns
        self.pixels = pixels
    }
}
