import Datasets
import Files
import Platform
import Replay
import Terminal

/// Loads what is named for streaming: pictures as the files they are, all else as arrays.
struct SetLoading {
    let library: DatasetLibrary
    let options: ReadingOptions

    /// The set that the names stand for together; says what was passed over.
    func load(_ names: [String]) throws -> StreamedSet {
        let specifications = try names.map { (name) throws in try DatasetSpecification(name) }
        guard let first = specifications.first else {
            throw Failure("a set without a name cannot be sent", .usage)
        }
        if let files = try pictures(specifications) {
            if let text = files.record.passedOverText { note("elbo-replay: \(text)\n") }
            return StreamedSet(
                specifications.map(\.name).joined(separator: " + "), .files(files),
                title: StreamedSet.title(of: first), selection: first.selection)
        }
        let set: ImageSet
        do { set = try library.load(specifications, options) } catch {
            guard case .coloured = error, specifications.count == 1, first.selection == .all else {
                throw error
            }
            return try colouredArray(first)
        }
        for text in set.reading.notes { note("elbo-replay: \(text)\n") }
        return StreamedSet(set, of: first)
    }

    /// The picture files, if every name is one of such or of a folder that holds some; nil if none is.
    private func pictures(_ specifications: [DatasetSpecification]) throws -> PictureFiles? {
        var (places, others): ([FilePath], [String]) = ([], [])
        for specification in specifications {
            guard case .path(let text) = specification.source else {
                others.append(specification.name)
                continue
            }
            let path = FilePath(argument: text)
            if try !PictureFiles([path]).paths.isEmpty {
                places.append(path)
            } else {
                others.append(specification.name)
            }
        }
        guard let place = places.first else { return nil }
        if let other = others.first {
            throw Failure(
                "\(place) holds pictures and \(other) does not, and one set is sent in one way; send "
                    + "them in two runs", .usage)
        }
        var files = try PictureFiles(places)
        if specifications.count == 1, specifications[0].selection != .all {
            files = try PictureFiles(
                files, specifications[0].selection, of: specifications[0].name)
        }
        try files.load(until: options.mustStop)
        return files
    }

    /// An array of pictures in colour, which the daemon makes grey if its model does so.
    private func colouredArray(_ specification: DatasetSpecification) throws -> StreamedSet {
        guard case .path(let text) = specification.source else {
            throw Failure("\(specification.name) is in colour", .dataFormat)
        }
        let (path, key) = DatasetSpecification.arrayPath(text)
        var bytes = try readFile(path)
        if isGzip(bytes) { bytes = try gunzip(bytes) }
        guard let file = try ArrayFile(bytes, file: path.description, key: key, options) else {
            throw DatasetError.unknownFormat(file: path.description)
        }
        return StreamedSet(
            specification.name, .images(file.picture, pixels: try file.pictures(), labels: nil),
            title: StreamedSet.title(of: specification))
    }
}
