public import Images

/// How images are to be read from files, whatever their format.
public struct ReadingOptions: Sendable {
    /// What is done to every image; without steps all must be grey and of one size.
    public var preprocessing: Preprocessing
    /// The size of the images that a model takes, which tells how an array lies; nil while one is
    /// trained.
    public var modelShape: ImageShape?
    /// The size of the images in arrays, as the user says it.
    public var arrayShape: ImageShape?
    /// The bits that the values of arrays have, as the user says it; nil asks the element type.
    public var depth: Int?
    /// What becomes of files that cannot be used.
    public var badFiles = BadFiles.refused
    /// The threads that decode pictures, this one not counted.
    public var threads = 2
    /// Called on the reading thread some ten times a second with the pictures read, and all there are.
    public var progress: @Sendable (_ done: Int, _ all: Int) -> Void = { _, _ in }
    /// Asked some ten times a second; true ends reading with `interrupted`.
    public var mustStop: @Sendable () -> Bool = { false }

    /// What becomes of files of a set that cannot be used.
    public enum BadFiles: Sendable {
        /// The set is refused, with an error that names them.
        case refused
        /// They are left out and counted in the set's record, unless they are more than the good ones.
        case leftOut
    }

    /// Images after these steps, otherwise by default.
    public init(preprocessing: Preprocessing = Preprocessing(), modelShape: ImageShape? = nil) {
        self.preprocessing = preprocessing
        self.modelShape = modelShape
    }

    /// The bits of values in arrays: as told, or as the preprocessing says.
    public var knownDepth: Int? { depth ?? preprocessing.depth }

    /// The size of images that is known before one is looked at.
    var knownShape: ImageShape? { modelShape ?? preprocessing.resize }
}

/// What happened while a set was read that its user should know.
public struct ReadingRecord: Sendable, Hashable {
    /// Files that hold no images, by how their names end.
    public var passedOver: [String: Int] = [:]
    /// The first of the errors of files that were left out.
    public var errors: [DatasetError] = []
    /// The files that were left out.
    public var leftOut = 0
    /// Sentences on how files were understood.
    public var notes: [String] = []

    /// The most errors that are kept and shown.
    public static let errorLimit = 20

    /// Nothing worth telling.
    public init() {}

    /// Counts a file of a folder that holds no images.
    public mutating func count(_ file: PictureFile) {
        passedOver[file.kind, default: 0] += 1
    }

    /// What happened while this and another set were read.
    func joined(with other: ReadingRecord) -> ReadingRecord {
        var record = self
        record.passedOver.merge(other.passedOver) { $0 + $1 }
        record.errors = Array((errors + other.errors).prefix(Self.errorLimit))
        record.leftOut += other.leftOut
        record.notes += other.notes
        return record
    }

    /// `passed over: 3 .txt, 1 without ending`; nil if nothing was.
    public var passedOverText: String? {
        guard !passedOver.isEmpty else { return nil }
        let kinds = passedOver.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        return "passed over: " + kinds.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
    }
}
