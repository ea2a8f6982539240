/// The scores of many images, all of the same functions, in as little memory as they take.
public struct ScoreTable: Sendable, RandomAccessCollection {
    /// What was computed of each image.
    public private(set) var computed = ScoreSet()
    private var functions: [ScoreFunction] = []
    /// Image by image.
    private var values: [Float] = []

    /// An empty table.
    public init() {}

    /// A table of these.
    public init(_ scores: some Sequence<Scores>) {
        for scores in scores { append(scores) }
    }

    /// The first place.
    public var startIndex: Int { 0 }
    /// The number of images.
    public var endIndex: Int { functions.isEmpty ? 0 : values.count / functions.count }

    /// The scores of the image at `index`.
    public subscript(index: Int) -> Scores {
        var scores = Scores()
        for (column, function) in functions.enumerated() {
            scores[function] = values[index * functions.count + column]
        }
        return scores
    }

    /// Adds an image, of which the same was computed as of the others.
    public mutating func append(_ scores: Scores) {
        if values.isEmpty { (computed, functions) = (scores.computed, scores.computed.functions) }
        precondition(scores.computed == computed, "a table holds the same scores of every image")
        for function in functions { values.append(scores[function]) }
    }

    /// Makes room for the scores of so many images, the first of which has been appended, and no more.
    public mutating func reserveCapacity(_ images: Int) {
        values.reserveCapacity(images * functions.count)
    }

    /// Puts other scores in the place of those at `index`.
    public mutating func replace(at index: Int, by scores: Scores) {
        precondition(scores.computed == computed, "a table holds the same scores of every image")
        for (column, function) in functions.enumerated() {
            values[index * functions.count + column] = scores[function]
        }
    }

    /// Empties it, for scores of any functions.
    public mutating func removeAll() {
        values.removeAll(keepingCapacity: true)
        (computed, functions) = ([], [])
    }
}
