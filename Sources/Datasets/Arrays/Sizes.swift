import Files
import Images

/// The product of sizes read from a file, or nil where it does not fit.
func product(_ sizes: [Int]) -> Int? {
    var product = 1
    for size in sizes {
        let (next, overflow) = product.multipliedReportingOverflow(by: size)
        if overflow { return nil }
        product = next
    }
    return product
}

/// The shape of an image of which only the number of pixels is known: a square if it can be one.
func imageShape(of pixels: Int) -> ImageShape {
    let side = Int(Double(pixels).squareRoot())
    // Sizes in files have 32 bits, for which the root is exact; others stay rows.
    let (square, overflow) = side.multipliedReportingOverflow(by: side)
    return !overflow && square == pixels
        ? ImageShape(rows: side, columns: side) : ImageShape(rows: 1, columns: pixels)
}

/// The bytes of a file, unpacked if they are gzip; errors name the file.
func unpacked(_ bytes: [UInt8], file: String) throws(DatasetError) -> [UInt8] {
    guard isGzip(bytes) else { return bytes }
    do throws(FilesError) {
        return try gunzip(bytes)
    } catch {
        throw .undecodable(file: file, error)
    }
}

/// The bytes of the file at `path`, unpacked if they are gzip; errors name the path.
func readUnpacked(_ path: FilePath) throws(DatasetError) -> [UInt8] {
    let bytes: [UInt8]
    do throws(FilesError) {
        bytes = try readFile(path)
    } catch {
        throw .unreadable(error)
    }
    return try unpacked(bytes, file: path.description)
}
