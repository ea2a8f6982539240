import ArgumentParser
import Datasets
import Detection
import Files
import FoundationEssentials
import Images
import Platform
import Terminal
import VAE

/// Where images are and how their files are read; the same for every command.
struct DataOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Folder that holds mnist/ and fashion-mnist/; otherwise $ELBO_DATA, then the user's data folder.",
            valueName: "dir"))
    var data: String?
    @Option(
        help: ArgumentHelp(
            "Size of images where an array leaves it open, as 28x28 for rows of 784 numbers.",
            valueName: "rows×columns"))
    var shape: String?
    @Option(
        help: ArgumentHelp(
            "Bits of the numbers in arrays, as 12 for a camera's 12 bits in uint16.",
            valueName: "bits"))
    var depth: Int?
    @Flag(help: "Leave out files that cannot be read, and record how many they were.")
    var skipBad = false

    func validate() throws {
        if let depth, !(1...64).contains(depth) {
            throw ValidationError("--depth is a number of bits from 1 to 64.")
        }
    }

    /// How help texts name what can be given.
    static let sets = "name[:split], IDX, .npy, .npz or picture file, or folder of pictures"

    /// Loads what is named, several sets as one, for a model that exists.
    ///
    /// `badFiles` may make up for a missing `--skip-bad`.
    func load(
        _ names: [String], for model: any PictureModel, badFiles: ReadingOptions.BadFiles = .refused
    ) throws -> ImageSet {
        var options = try options(model.preprocessing)
        options.modelShape = model.imageShape
        if badFiles == .leftOut { options.badFiles = .leftOut }
        return try load(names, options)
    }

    /// Loads what is named after these steps.
    func load(_ names: [String], preprocessing: Preprocessing) throws -> ImageSet {
        try load(names, options(preprocessing))
    }

    /// Loads what is named for a model that is to be trained, unless it is told to stop meanwhile.
    func load(
        _ names: [String], training preprocessing: Preprocessing, until stopSignal: StopSignal
    ) throws -> ImageSet {
        var options = try options(preprocessing)
        options.mustStop = { stopSignal.isRequested }
        return try load(names, options)
    }

    /// How files are read, as the options say.
    func options(_ preprocessing: Preprocessing) throws -> ReadingOptions {
        var options = ReadingOptions(preprocessing: preprocessing)
        options.arrayShape = try imageShape()
        options.depth = depth
        options.badFiles = skipBad ? .leftOut : .refused
        options.threads = min(8, ProcessInfo.processInfo.activeProcessorCount)
        return options
    }

    private func load(_ names: [String], _ options: ReadingOptions) throws -> ImageSet {
        var options = options
        let progress = ReadingProgress()
        defer { progress.end() }
        options.progress = { progress.show($0, of: $1) }
        let set = try library.load(names.map(specification), options)
        progress.end()
        tell(set.reading)
        return set
    }

    /// The data sets of the folders that are searched.
    var library: DatasetLibrary {
        DatasetLibrary(explicit: data, environment: ProcessInfo.processInfo.environment)
    }

    private func specification(_ name: String) throws -> DatasetSpecification {
        try DatasetSpecification(name)
    }

    /// The size that `--shape` gives.
    func imageShape() throws -> ImageShape? {
        guard let shape else { return nil }
        let extents = shape.split { "x×".contains($0) }.compactMap { Int($0) }
        guard extents.count == 2, extents.allSatisfy({ (1...1 << 15).contains($0) }) else {
            throw Failure("--shape \(shape) is not a size such as 28x28", .usage)
        }
        return ImageShape(rows: extents[0], columns: extents[1])
    }

    /// Says what a user could otherwise only wonder about.
    private func tell(_ record: ReadingRecord) {
        for text in record.notes { note("elbo: \(text)\n") }
        if let text = record.passedOverText { note("elbo: \(text)\n") }
        guard record.leftOut > 0 else { return }
        note("elbo: left out \(record.leftOut) files that cannot be used:\n")
        for error in record.errors { note("  \(error)\n") }
        if record.leftOut > record.errors.count {
            note("  and \(record.leftOut - record.errors.count) more\n")
        }
    }
}

extension ImageSet {
    /// What a calibration file says of these images.
    var identity: Calibration.DataIdentity {
        Calibration.DataIdentity(
            name: name, sha256: digest.description,
            leftOut: reading.leftOut > 0 ? reading.leftOut : nil)
    }
}
