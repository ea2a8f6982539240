public import Files
import Images

/// The images at a path, whatever their format; the set's name is the path.
func imageSet(
    atPath text: String, withLabels: Bool, _ options: ReadingOptions
) throws(DatasetError) -> ImageSet {
    let (path, key) = DatasetSpecification.arrayPath(text)
    if fileKind(at: path) == .folder { return try pictures(inFolder: path, options) }
    let bytes = try readUnpacked(path)
    if let picture = try decodePicture(bytes, path: path.description, options.preprocessing) {
        return try ImageSet(
            name: path.description, shape: picture.shape, pixels: picture.pixels)
    }
    return try arraySet(path, bytes, key: key, withLabels: withLabels, options)
}

extension DatasetSpecification {
    /// A path as it is, or what comes before the last colon, behind which an array of an NPZ file is
    /// named.
    public static func arrayPath(_ text: String) -> (FilePath, key: String?) {
        let whole = FilePath(argument: text)
        guard fileKind(at: whole) == .absent, let colon = text.lastIndex(of: ":") else {
            return (whole, nil)
        }
        let file = FilePath(argument: String(text[..<colon]))
        guard fileKind(at: file) == .file else { return (whole, nil) }
        return (file, String(text[text.index(after: colon)...]))
    }
}

/// The images of an IDX, NPY or NPZ file, with the labels of the file beside it that is named after
/// MNIST's fashion.
func arraySet(
    _ path: FilePath, _ bytes: [UInt8], key: String? = nil, withLabels: Bool,
    _ options: ReadingOptions
) throws(DatasetError) -> ImageSet {
    let file = path.description
    var labels: [UInt8]?
    if withLabels, let labelsPath = IDX.labelsPath(besideImages: file).flatMap(existing) {
        labels = try IDX.decodeLabels(readUnpacked(FilePath(labelsPath)), name: labelsPath)
    }
    guard
        let array = try ArrayFile(
            bytes, file: file, key: key, labels: labels?.count, options)
    else { throw .unknownFormat(file: file) }
    if let labels, labels.count != array.count {
        throw .labelCount(
            name: IDX.labelsPath(besideImages: file).flatMap(existing) ?? file,
            labels: labels.count, images: array.count)
    }
    return try array.imageSet(labels: labels)
}

extension IDX {
    /// Where the labels of the images at `path` belong: `x-labels-idx1-ubyte` for
    /// `x-images-idx3-ubyte[.gz]`, nil for other names.
    public static func labelsPath(besideImages path: String) -> String? {
        let plain = path.hasSuffix(".gz") ? String(path.dropLast(3)) : path
        let ending = "images-idx3-ubyte"
        guard plain.hasSuffix(ending) else { return nil }
        return plain.dropLast(ending.count) + "labels-idx1-ubyte"
    }
}
