import ArgumentParser
import Datasets
import FoundationEssentials
import Images
import Platform
import Replay
import Terminal
import VAE

/// Which images are streamed.
struct ImageOptions: ParsableArguments {
    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Normal images, one or several: NAME[:SPLIT][SOME], an IDX, .npy, .npz or picture file, a "
                + "folder of pictures, or none (default: \(Self.standardNormal)).",
            valueName: "set"))
    var normal: [String] = []
    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Anomalous images, likewise (default: \(Self.standardAnomalous)).", valueName: "set"))
    var anomalous: [String] = []
    @Option(
        help: ArgumentHelp(
            "Share of anomalous frames, exact (default: 0.5, or what a set of none leaves).",
            valueName: "0–1"))
    var share: Double?
    @Option(
        help: ArgumentHelp(
            "Folder that holds mnist/ and fashion-mnist/; otherwise $ELBO_DATA, then the user's data folder.",
            valueName: "dir"))
    var data: String?
    @Flag(
        help: """
            Instead of the default sets, let the model's decoder generate normal images and draw \
            anomalous ones; also done when there are no data sets.
            """)
    var builtin = false
    @Option(
        help: ArgumentHelp(
            "Model directory, for --builtin, and to know how flat arrays lie.", valueName: "dir"))
    var model: String?
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

    static let standardNormal = "mnist:t10k[odd]"
    static let standardAnomalous = "fashion-mnist:t10k"

    func validate() throws {
        if isNone(normal), isNone(anomalous) {
            throw ValidationError("with both sets none there is nothing to send")
        }
        if let share, !(0...1).contains(share) {
            throw ValidationError("--share is from 0 to 1")
        }
        if let share, isNone(normal) && share != 1 || isNone(anomalous) && share != 0 {
            throw ValidationError("--share \(share) asks for images of a set that is none")
        }
        if let depth, !(1...64).contains(depth) {
            throw ValidationError("--depth is a number of bits from 1 to 64")
        }
        if builtin, !normal.isEmpty, !anomalous.isEmpty {
            throw ValidationError("--builtin stands in for the default sets, but both are named")
        }
    }

    /// The share of anomalous frames: as asked for, or what the sets allow.
    var anomalousShare: Double {
        share ?? (isNone(anomalous) ? 0 : isNone(normal) ? 1 : 0.5)
    }

    private func isNone(_ names: [String]) -> Bool { names == ["none"] }

    /// Loads or makes the two sets; one of which the run needs nothing is nil.
    func load(
        seed: UInt64, until stopSignal: StopSignal
    ) throws -> (normal: StreamedSet?, anomalous: StreamedSet?) {
        let library = DatasetLibrary(
            explicit: data, environment: ProcessInfo.processInfo.environment)
        let loading = SetLoading(library: library, options: try readingOptions(stopSignal))
        let needs = (normal: anomalousShare < 1, anomalous: anomalousShare > 0)
        let missing = [
            needs.normal && normal.isEmpty && !library.has("mnist") ? "mnist" : nil,
            needs.anomalous && anomalous.isEmpty && !library.has("fashion-mnist")
                ? "fashion-mnist" : nil,
        ].compactMap { $0 }
        let standIn = try builtin || !missing.isEmpty ? builtIn(missing, library) : nil
        return (
            needs.normal
                ? try load(normal, Self.standardNormal, loading) {
                    try standIn?.normal(seed: seed)
                } : nil,
            needs.anomalous
                ? try load(anomalous, Self.standardAnomalous, loading) {
                    standIn?.anomalous(seed: seed)
                } : nil
        )
    }

    /// What is named; otherwise what `standIn` makes; otherwise the standard.
    private func load(
        _ named: [String], _ standard: String, _ loading: SetLoading,
        standIn: () throws -> StreamedSet?
    ) throws -> StreamedSet {
        if named.isEmpty, let images = try standIn() { return images }
        return try loading.load(named.isEmpty ? [standard] : named)
    }

    /// How arrays are read: not prepared, for that is the daemon's work.
    private func readingOptions(_ stopSignal: StopSignal) throws -> ReadingOptions {
        var options = ReadingOptions()
        options.mustStop = { stopSignal.isRequested }
        options.depth = depth
        if let model { options.modelShape = try LoadedModel(directory: model).model.imageShape }
        guard let shape else { return options }
        let extents = shape.split { "x×".contains($0) }.compactMap { Int($0) }
        guard extents.count == 2, extents.allSatisfy({ (1...1 << 15).contains($0) }) else {
            throw Failure("--shape \(shape) is not a size such as 28x28", .usage)
        }
        options.arrayShape = ImageShape(rows: extents[0], columns: extents[1])
        return options
    }

    /// Says that there will be built-in images and why, and loads the model that makes them.
    private func builtIn(_ missing: [String], _ library: DatasetLibrary) throws -> BuiltInImages {
        let reason =
            missing.isEmpty
            ? "" : "no \(missing.joined(separator: " and ")) in \(list(library.folders)); "
        guard let model else {
            throw Failure(
                "\(reason)the built-in images are generated by a model: name its directory with "
                    + "--model, or where the data sets are with --data (tools/fetch-data gets them)",
                .noInput)
        }
        note(
            "elbo-replay: \(reason)normal images are generated by the model, anomalous ones are "
                + "drawn\n")
        let loaded = try LoadedModel(directory: model)
        try loaded.requireUnconditional()
        return BuiltInImages(loaded.model)
    }

    private func list(_ folders: [String]) -> String {
        folders.isEmpty ? "any folder" : folders.joined(separator: ", ")
    }
}
