import Files

/// numpy's `.npz` files: zip archives of `.npy` files.
enum NPZ {
    /// The array called `key` in a file, or the only one that can be images.
    ///
    /// Throws `layout` with the names that there are if that says nothing certain.
    static func array(
        _ bytes: [UInt8], key: String?, file: String
    ) throws(DatasetError) -> RawArray {
        var arrays: [(name: String, array: RawArray)] = []
        do throws(FilesError) {
            let archive = try ZipArchive(bytes)
            for entry in archive.entries where entry.name.hasSuffix(".npy") {
                let name = String(entry.name.dropLast(4))
                if let key, key != name { continue }
                let contents = try archive.contents(of: entry)
                // Labels and texts lie beside images, and are no reason to refuse these.
                if let array = try? NPY.decode(contents, name: "\(file):\(name)") {
                    arrays.append((name, array))
                }
            }
        } catch { throw .undecodable(file: file, error) }
        let images = arrays.filter { key != nil || $0.array.shape.count >= 2 }
        guard let first = images.first, images.count == 1 else {
            let names = images.map(\.name).joined(separator: ", ")
            throw .layout(
                file: file,
                reason: images.isEmpty
                    ? key.map { "it holds no array of numbers called \($0)" }
                        ?? "it holds no array of images"
                    : "it holds several arrays; name one of \(names), as in "
                        + "\(file):\(images[0].name)")
        }
        return first.array
    }
}
