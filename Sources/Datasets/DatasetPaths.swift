import Files
import Images

/// How the names of pictures in a folder end, in any case.
private let endings = [".png", ".jpg", ".jpeg"]

/// The most pixels, in bytes, that a folder of pictures may have together.
private let folderLimit = 1 << 30

/// The images at a path, whatever their format, after `steps`; the set's name is the path.
func imageSet(
    atPath path: String, withLabels: Bool, _ steps: Preprocessing
) throws(DatasetError) -> ImageSet {
    if fileKind(at: path) == .folder { return try pictures(inFolder: path, steps) }
    let bytes = try readUnpacked(path)
    if ImageFormat(bytes.span) != nil {
        let picture = try decodePicture(bytes, path: path, steps)
        return try ImageSet(name: path, shape: picture.shape, pixels: picture.pixels)
    }
    if NPY.isNPY(bytes) {
        return try NPY.decodeImages(bytes, name: path).preprocessed(steps)
    }
    guard bytes.starts(with: [0, 0]) else { throw .unknownFormat(file: path) }
    return try idxSet(atPath: path, bytes: bytes, withLabels: withLabels).preprocessed(steps)
}

/// An IDX file's images, with the labels of the file beside it that is named after MNIST's fashion.
func idxSet(
    atPath path: String, bytes: [UInt8], withLabels: Bool
) throws(DatasetError) -> ImageSet {
    let images = try IDX.decodeImages(bytes, name: path)
    guard withLabels, let labelsPath = IDX.labelsPath(besideImages: path).flatMap(existing) else {
        return images
    }
    let labels = try IDX.decodeLabels(readUnpacked(labelsPath), name: labelsPath)
    guard labels.count == images.count else {
        throw .labelCount(name: labelsPath, labels: labels.count, images: images.count)
    }
    return try images.with(name: path, labels: labels)
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

/// All .png, .jpg and .jpeg files of a folder in the order of their names, after `steps`; other files are
/// passed over.
private func pictures(
    inFolder folder: String, _ steps: Preprocessing
) throws(DatasetError) -> ImageSet {
    let names: [String]
    do throws(FilesError) {
        names = try fileNames(inFolder: folder)
    } catch {
        throw .unreadable(error)
    }
    var first: ImageShape?
    var pixels: [UInt8] = []
    for name in names where endings.contains(where: name.lowercased().hasSuffix) {
        let path = "\(folder)/\(name)"
        let picture = try decodePicture(readUnpacked(path), path: path, steps)
        if let first, first != picture.shape {
            throw .mixedSizes(
                file: path, found: "\(picture.shape.rows) x \(picture.shape.columns)",
                expected: "\(first.rows) x \(first.columns)")
        }
        if first == nil { first = picture.shape }
        guard picture.pixels.count <= folderLimit - pixels.count else {
            throw .folderTooLarge(folder: folder, limit: folderLimit)
        }
        pixels += picture.pixels
    }
    guard let first else { throw .noPictures(folder: folder) }
    return try ImageSet(name: folder, shape: first, pixels: pixels)
}
