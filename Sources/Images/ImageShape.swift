/// The extent of an image in pixels.
public struct ImageShape: Hashable, Sendable, CustomStringConvertible {
    /// Height.
    public var rows: Int
    /// Width.
    public var columns: Int

    /// An image of `rows × columns` pixels.
    public init(rows: Int, columns: Int) {
        self.rows = rows
        self.columns = columns
    }

    /// `rows × columns`.
    public var pixels: Int { rows * columns }

    /// As in "28×28".
    public var description: String { "\(rows)×\(columns)" }
}
