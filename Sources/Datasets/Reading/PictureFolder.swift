import Files
import Images

/// All pictures in a folder and in those below it, after the steps asked for, in the order of their
/// names; if each lies in one of several folders below it, these are the classes of the labels.
func pictures(
    inFolder folder: FilePath, _ options: ReadingOptions
) throws(DatasetError) -> ImageSet {
    let tree: FileTree
    do throws(FilesError) {
        tree = try FileTree(folder)
    } catch { throw .unreadable(error) }
    let name = folder.description
    var result = try PictureSetReader.read(tree.files, name: name, options)
    if tree.others > 0 { result.record.passedOver["devices, pipes or dead links"] = tree.others }
    guard let shape = result.shape else {
        let arrays = tree.files.filter { $0.ending == "npy" }
        if !arrays.isEmpty { return try arraySet(arrays, name: name, options) }
        throw .noPictures(folder: name, passedOver: result.record.passedOverText)
    }
    let places = result.sources.map { place(of: $0, in: folder) }
    let counts = places.reduce(into: [String: Int]()) { $0[$1, default: 0] += 1 }
    let classes = counts.keys.sorted()
    if classes.count > 1 { result.record.notes.append(description(of: counts, in: name)) }
    var labels: [UInt8]?
    if 2...256 ~= classes.count, counts[""] == nil {
        let numbers = Dictionary(
            uniqueKeysWithValues: zip(classes, 0...).map { ($0, UInt8(truncatingIfNeeded: $1)) })
        labels = places.compactMap { numbers[$0] }
    }
    return try ImageSet(name: name, shape: shape, pixels: result.pixels, labels: labels)
        .with(reading: result.record)
}

/// The folder right below `folder` in which a file lies; empty for `folder` itself.
private func place(of file: FilePath, in folder: FilePath) -> String {
    let rest = file.bytes.dropFirst(folder.bytes.count).drop { $0 == UInt8(ascii: "/") }
    return rest.lastIndex(of: UInt8(ascii: "/")).map { _ in
        FilePath(bytes: Array(rest.prefix { $0 != UInt8(ascii: "/") })).description
    } ?? ""
}

/// How many pictures are where, for whoever meant only some of them.
private func description(of counts: [String: Int], in folder: String) -> String {
    let shown = counts.sorted { $0.key < $1.key }.prefix(20).map { place, count in
        place.isEmpty ? "\(count) beside the folders" : "\(count) in \(place)/"
    }
    let rest = counts.count - shown.count
    return "\(folder) holds pictures in several places: " + shown.joined(separator: ", ")
        + (rest > 0 ? " and \(rest) more folders" : "")
}

/// The images of many NPY files.
private func arraySet(
    _ files: [FilePath], name: String, _ options: ReadingOptions
) throws(DatasetError) -> ImageSet {
    var (sets, errors): ([ImageSet], [DatasetError]) = ([], [])
    for (index, file) in files.enumerated() {
        if options.mustStop() { throw .interrupted }
        options.progress(index, files.count)
        do throws(DatasetError) {
            let text = file.description
            guard
                let array = try ArrayFile(readUnpacked(file), file: text, options)
            else { throw .unknownFormat(file: text) }
            sets.append(try array.imageSet(labels: nil))
        } catch { errors.append(error) }
    }
    let first = Array(errors.prefix(ReadingRecord.errorLimit))
    guard errors.isEmpty || options.badFiles == .leftOut && errors.count <= sets.count else {
        throw .badFiles(errors: first, count: errors.count, all: files.count)
    }
    let joined = try ImageSet.joined(sets)
    var record = joined.reading
    (record.errors, record.leftOut) = (first, errors.count)
    return try joined.with(name: name, labels: nil).with(reading: record)
}
