/// Why a picture cannot be read, written or prepared, in sentences for an operator.
public enum ImagesError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The PNG could not be decoded; `reason` is libpng's own.
    case pngCorrupt(reason: String)
    /// The PNG has more rows or columns than `limit`.
    case pngTooLarge(rows: Int, columns: Int, limit: Int)
    /// The picture could not be encoded; `reason` is libpng's own.
    case pngUnwritable(rows: Int, columns: Int, reason: String)
    /// The JPEG could not be decoded; `reason` is libjpeg-turbo's own.
    case jpegCorrupt(reason: String)
    /// The JPEG has more rows or columns than `limit`.
    case jpegTooLarge(rows: Int, columns: Int, limit: Int)
    /// Steps of a preprocessing that cannot be; the text says why.
    case preprocessing(String)

    /// One sentence: what, and what to do.
    public var description: String {
        switch self {
        case .pngCorrupt(let reason):
            "The PNG cannot be decoded: \(reason). Check that the file is a whole PNG."
        case .pngTooLarge(let rows, let columns, let limit):
            "The PNG is \(rows) rows by \(columns) columns; the limit is \(limit) each. Scale it down."
        case .pngUnwritable(let rows, let columns, let reason):
            "A picture of \(rows) rows by \(columns) columns cannot be written as PNG: \(reason). "
                + "Give it between 1 and \(PNG.sideLimit) rows and columns."
        case .jpegCorrupt(let reason):
            "The JPEG cannot be decoded: \(reason). Check that the file is a whole JPEG of grey or "
                + "red, green and blue."
        case .jpegTooLarge(let rows, let columns, let limit):
            "The JPEG is \(rows) rows by \(columns) columns; the limit is \(limit) each. "
                + "Scale it down."
        case .preprocessing(let text): "impossible preprocessing: \(text)"
        }
    }
}
