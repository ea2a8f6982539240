/// Why a picture cannot be read, written or prepared, in sentences for an operator.
public enum ImagesError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The picture could not be decoded; `reason` is the library's own.
    case corrupt(ImageFormat, reason: String)
    /// The picture has more rows or columns than `limit`.
    case tooLarge(ImageFormat, rows: Int, columns: Int, limit: Int)
    /// The picture could not be encoded; `reason` is libpng's own.
    case pngUnwritable(rows: Int, columns: Int, reason: String)
    /// Steps of a preprocessing that cannot be; the text says why.
    case preprocessing(String)

    /// One sentence: what, and what to do.
    public var description: String {
        switch self {
        case .corrupt(let format, let reason):
            "The \(format.name) cannot be decoded: \(reason). Check that the file is whole, and of "
                + "grey or red, green and blue."
        case .tooLarge(let format, let rows, let columns, let limit):
            "The \(format.name) is \(rows) rows by \(columns) columns; the limit is \(limit) each. "
                + "Scale it down."
        case .pngUnwritable(let rows, let columns, let reason):
            "A picture of \(rows) rows by \(columns) columns cannot be written as PNG: \(reason). "
                + "Give it between 1 and \(PNG.sideLimit) rows and columns."
        case .preprocessing(let text): "impossible preprocessing: \(text)"
        }
    }
}
