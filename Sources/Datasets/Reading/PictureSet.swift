import Files
import Images
import Platform
import Synchronization

/// The most pixels, in bytes, that the pictures of a set may have together.
private let setLimit = 1 << 30

/// Reads many picture files on several threads, of which each holds one decoded picture at a time;
/// only what `steps` make of them is kept.
final class PictureSetReader: Sendable {
    private let files: [FilePath]
    private let options: ReadingOptions
    /// The file that is the next to be taken.
    private let next = Atomic<Int>(0)
    private let bytes = Atomic<Int>(0)
    private let finished = Atomic<Int>(0)
    private let isEnding = Atomic<Bool>(false)
    private let outcomes: Mutex<[Outcome]>

    /// What became of a file.
    private enum Outcome: Sendable {
        case unread
        case image(Image)
        case passedOver(kind: String)
        case bad(DatasetError)
    }

    private init(_ files: [FilePath], _ options: ReadingOptions) {
        (self.files, self.options) = (files, options)
        outcomes = Mutex(Array(repeating: .unread, count: files.count))
    }

    /// The images of `files` in their order, and which files these are; an empty list if none of them
    /// is a picture.
    static func read(
        _ files: [FilePath], name: String, _ options: ReadingOptions
    ) throws(DatasetError) -> Result {
        let reader = PictureSetReader(files, options)
        try reader.readAll()
        return try reader.result(name)
    }

    /// What the files hold.
    struct Result {
        /// The images, one after the other.
        var pixels: [UInt8] = []
        /// Their size; nil if there are none.
        var shape: ImageShape?
        /// The files they are from.
        var sources: [FilePath] = []
        /// What was passed over and left out.
        var record = ReadingRecord()
    }

    private func readAll() throws(DatasetError) {
        let threads = (1...max(1, min(options.threads, files.count))).map { number in
            Thread(named: "reading-\(number)") { self.work() }
        }
        defer { for thread in threads { thread.join() } }
        // This thread only watches, so that a slow picture does not keep it from hearing a stop.
        while true {
            // Asked at least once, however soon all is read.
            if options.mustStop() {
                isEnding.store(true, ordering: .relaxed)
                throw .interrupted
            }
            let isDone = finished.load(ordering: .acquiring) == files.count
            if isDone || isEnding.load(ordering: .relaxed) { break }
            options.progress(finished.load(ordering: .relaxed), files.count)
            sleepThread(for: .milliseconds(files.count > 100 ? 20 : 1))
        }
        options.progress(files.count, files.count)
    }

    private func work() {
        while !isEnding.load(ordering: .relaxed) {
            let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
            guard index < files.count else { return }
            let outcome = outcome(PictureFile(files[index]))
            if case .image(let image) = outcome {
                let sum = bytes.wrappingAdd(image.pixels.count, ordering: .relaxed).newValue
                if sum > setLimit { isEnding.store(true, ordering: .relaxed) }
            }
            outcomes.withLock { $0[index] = outcome }
            finished.wrappingAdd(1, ordering: .releasing)
        }
    }

    private func outcome(_ file: PictureFile) -> Outcome {
        do throws(DatasetError) {
            // A film among the pictures is not read whole to find that it is none.
            if !file.isNamedAsPicture, try !file.startsAsPicture() {
                return .passedOver(kind: file.kind)
            }
            let bytes = try readUnpacked(file.path)
            let image = try decodePicture(
                bytes, path: file.path.description, options.preprocessing)
            return image.map { .image($0) } ?? .bad(file.noPicture(bytes))
        } catch { return .bad(error) }
    }

    private func result(_ name: String) throws(DatasetError) -> Result {
        guard bytes.load(ordering: .relaxed) <= setLimit else {
            throw .folderTooLarge(folder: name, limit: setLimit)
        }
        var outcomes = outcomes.withLock { $0 }
        let common = Self.commonShape(outcomes)
        var (result, errors): (Result, [DatasetError]) = (Result(), [])
        result.shape = common
        for index in outcomes.indices {
            switch outcomes[index] {
            case .unread: continue
            case .passedOver(let kind): result.record.passedOver[kind, default: 0] += 1
            case .bad(let error): errors.append(error)
            case .image(let image):
                if let common, image.shape != common {
                    errors.append(
                        .mixedSizes(
                            file: files[index].description,
                            found: "\(image.shape.rows) x \(image.shape.columns)",
                            expected: "\(common.rows) x \(common.columns)"))
                } else {
                    result.sources.append(files[index])
                    result.pixels += image.pixels
                }
            }
            // Each is let go of as soon as it is copied, so that they are not held twice.
            outcomes[index] = .unread
        }
        guard !errors.isEmpty else { return result }
        let first = Array(errors.prefix(ReadingRecord.errorLimit))
        guard options.badFiles == .leftOut, errors.count <= result.sources.count else {
            throw .badFiles(
                errors: first, count: errors.count, all: errors.count + result.sources.count)
        }
        (result.record.errors, result.record.leftOut) = (first, errors.count)
        return result
    }

    /// The size that most images have; of two as frequent, that of the earlier file.
    private static func commonShape(_ outcomes: [Outcome]) -> ImageShape? {
        var counts: [ImageShape: Int] = [:]
        var common: (shape: ImageShape, count: Int)?
        let shapes = outcomes.compactMap { outcome in
            if case .image(let image) = outcome { image.shape } else { nil }
        }
        for shape in shapes { counts[shape, default: 0] += 1 }
        for shape in shapes {
            let count = counts[shape] ?? 0
            if common.map({ count > $0.count }) ?? true { common = (shape, count) }
        }
        return common?.shape
    }
}
