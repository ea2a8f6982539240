import Files
public import Images

/// Finds named data sets in the folders where they may be, and loads them and paths.
public struct DatasetLibrary: Sendable {
    /// The folders searched for named sets, in this order.
    public let folders: [String]
    private let explicit: String?

    /// Collects the folders: `explicit` (an option such as --data), then `ELBO_DATA`, then `elbod` in
    /// the user's data folder (`XDG_DATA_HOME` if absolute, otherwise `HOME`/.local/share).
    public init(explicit: String?, environment: [String: String]) {
        func variable(_ name: String) -> String? {
            environment[name].flatMap { $0.isEmpty ? nil : $0 }
        }
        // The XDG rules ask to ignore relative paths.
        let userData =
            variable("XDG_DATA_HOME").flatMap { $0.hasPrefix("/") ? $0 : nil }
            ?? variable("HOME").map { $0 + "/.local/share" }
        let candidates = [explicit, variable("ELBO_DATA"), userData.map { $0 + "/elbod" }]
        folders = candidates.compactMap { $0 }
        self.explicit = explicit
    }

    /// Whether the images of every split of a named set are in the folders; files are not opened.
    public func has(_ name: String) -> Bool {
        DatasetSpecification.names.contains(name)
            && DatasetSpecification.Split.allCases.allSatisfy { images(of: name, $0) != nil }
    }

    /// Loads what a specification names; the set's name is the specification's canonical text.
    ///
    /// Labels come from the file beside the images, and are nil if there is none or if
    /// `withLabels` is false. All images go through `preprocessing`, whatever their format; without
    /// steps they must be grey and of one size.
    public func load(
        _ specification: DatasetSpecification, withLabels: Bool = true,
        preprocessing: Preprocessing = Preprocessing()
    ) throws(DatasetError) -> ImageSet {
        try load(
            specification, withLabels: withLabels, ReadingOptions(preprocessing: preprocessing))
    }

    /// Loads what several specifications name, at least one, as one set; files of single pictures are
    /// read together, as those of a folder are.
    public func load(
        _ specifications: [DatasetSpecification], _ options: ReadingOptions
    ) throws(DatasetError) -> ImageSet {
        if specifications.count == 1 { return try load(specifications[0], options) }
        var (sets, pictures): ([ImageSet], [FilePath]) = ([], [])
        for specification in specifications {
            if let file = try pictureFile(specification) {
                pictures.append(file)
                continue
            }
            if !pictures.isEmpty { sets.append(try read(pictures, options)) }
            pictures = []
            sets.append(try load(specification, options))
        }
        if !pictures.isEmpty { sets.append(try read(pictures, options)) }
        return try ImageSet.joined(sets)
    }

    private func read(
        _ pictures: [FilePath], _ options: ReadingOptions
    ) throws(DatasetError) -> ImageSet {
        let name = ImageSet.name(of: pictures.map(\.description))
        let result = try PictureSetReader.read(pictures, name: name, options)
        guard let shape = result.shape else { throw .empty(name: name) }
        return try ImageSet(name: name, shape: shape, pixels: result.pixels)
            .with(reading: result.record)
    }

    /// The file that a specification names if it is one picture, or called one.
    private func pictureFile(
        _ specification: DatasetSpecification
    ) throws(DatasetError) -> FilePath? {
        guard case .path(let text) = specification.source, specification.selection == .all else {
            return nil
        }
        let file = PictureFile(FilePath(argument: text))
        guard fileKind(at: file.path) == .file else { return nil }
        if file.isNamedAsPicture { return file.path }
        return try file.startsAsPicture() ? file.path : nil
    }

    /// As above, of one specification and with all that can be said about reading it.
    public func load(
        _ specification: DatasetSpecification, withLabels: Bool = true, _ options: ReadingOptions
    ) throws(DatasetError) -> ImageSet {
        var base: ImageSet
        switch specification.source {
        case .path(let path):
            base = try imageSet(atPath: path, withLabels: withLabels, options)
        case .named(let name, let split):
            // A mistyped option must not quietly become another folder's data.
            if let explicit, fileKind(at: explicit) != .folder {
                throw .noSuchFolder(folder: explicit)
            }
            guard let path = images(of: name, split) else {
                throw .notFound(
                    name: "\(name):\(split.rawValue)",
                    files: "\(name)/\(split.rawValue)-images-idx3-ubyte[.gz]", folders: folders)
            }
            let file = FilePath(path)
            base = try arraySet(
                file, readUnpacked(file), withLabels: withLabels, options)
        }
        if specification.selection != .all { base = try base.subset(specification.selection) }
        return try base.with(name: specification.name, labels: base.labels)
    }

    private func images(of name: String, _ split: DatasetSpecification.Split) -> String? {
        folders.lazy.compactMap { folder in
            existing("\(folder)/\(name)/\(split.rawValue)-images-idx3-ubyte")
        }.first
    }
}

/// The path itself or with ".gz", whichever is a file; the plain one first.
func existing(_ path: String) -> String? {
    [path, path + ".gz"].first { fileKind(at: $0) == .file }
}
