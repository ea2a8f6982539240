import Backbone
import Images
public import Tensors
public import VAE

/// Scores pictures by their places, and knows where each is odd.
///
/// Everything is allocated at initialisation; belongs to one thread, and with a team to that which leads it.
public final class InspectionEngine: ImageScorer {
    /// The most pictures in a batch.
    public let capacity: Int
    /// Scores of the last batch, one per picture; only the first ones are meaningful.
    public private(set) var scores: [Scores]
    /// The places of a picture.
    public let grid: Grid

    private let extractor: FeatureExtractor
    private let team: ThreadTeam?
    /// One a thread.
    private let parts: [Part]
    /// By pictures, then by places: of all features, and of those that say where.
    private let errors: Matrix
    private let localErrors: Matrix
    private let room: Buffer2D<UInt8>
    private var sorted: [Float]
    private let shape: ImageShape
    /// Nil if nobody wants to know whether the camera sees.
    private let meter: HealthMeter?

    /// A scorer that its thread makes and lets go of: oneDNN counts scratch memory by threads.
    private final class Part {
        var scorer: PlaceScorer?
    }

    /// For batches of at most `capacity` pictures, each of which the threads of `team` share if there is one.
    ///
    /// The scores of places are always computed, and those of `ScoreSet.health` if they are wanted.
    public init(
        _ model: InspectionModel, by precision: Precision = .fp32,
        computing wanted: ScoreSet = .places, capacity: Int, team: ThreadTeam? = nil
    ) {
        shape = model.imageShape
        meter =
            wanted.isDisjoint(with: .health)
            ? nil : HealthMeter(rows: shape.rows, columns: shape.columns)
        self.capacity = capacity
        self.team = team
        grid = model.grid
        let count = team?.count ?? 1
        let extractor = FeatureExtractor(
            model.backbone, of: model.imageShape, taps: model.taps,
            by: BackboneComputation(precision: precision, ranges: model.ranges), parts: count)
        self.extractor = extractor
        errors = Matrix(rows: capacity, columns: grid.count)
        localErrors = Matrix(rows: capacity, columns: grid.count)
        room = Buffer2D(rows: 1, columns: model.imageShape.values)
        sorted = Array(repeating: 0, count: grid.count)
        scores = Array(repeating: Scores(), count: capacity)
        parts = (0..<count).map { _ in Part() }
        forEachPart { index, part in
            part.scorer = PlaceScorer(model, extractor, by: precision, part: index, of: count)
        }
    }

    deinit { forEachPart { $1.scorer = nil } }

    private func forEachPart(_ body: (Int, Part) -> Void) {
        guard let team else { return body(0, parts[0]) }
        // Each part has places of its own, and reads maps that nobody writes meanwhile.
        unsafe team.run { [parts] index in body(index, parts[index]) }
    }

    /// Scores the first `count` rows of `pictures`, prepared ones.
    public func score(_ pictures: borrowing ImageBatch, count: Int) {
        precondition(
            count <= capacity && pictures.rows >= count && pictures.columns == room.columns,
            "the batch does not fit")
        for row in 0..<count {
            pictures.withBytes(ofRow: row, rounding: room) { score($0, into: row) }
        }
    }

    /// Scores one prepared picture, as row 0 of a batch.
    public func score(_ pixels: Span<UInt8>) -> Scores {
        score(pixels, into: 0)
        return scores[0]
    }

    private func score(_ pixels: Span<UInt8>, into row: Int) {
        if let team { extractor.run(pixels, by: team) } else { extractor.run(pixels) }
        forEachPart { $1.scorer?.score(into: row, of: errors, localErrors) }
        scores[row] = pictureScores(row)
        if let meter {
            let health =
                shape.channels == 1
                ? meter.measure(pixels)
                : meter.measure(brightness(of: pixels, shape).span)
            scores[row].add(health, rows: shape.rows, columns: shape.columns)
        }
    }

    private func pictureScores(_ row: Int) -> Scores {
        errors.withRow(row) { errors in
            for place in errors.indices { sorted[place] = errors[place] }
        }
        sorted.sort(by: >)
        let worst = sorted[..<grid.worst]
        var scores = Scores()
        scores[.worstPlaces] = worst.reduce(0, +) / Float(worst.count)
        scores[.worstPlace] = localErrors.withRow(row) { errors in
            errors.indices.reduce(0) { max($0, errors[$1]) }
        }
        return scores
    }

    /// Where a picture of the last batch is odd: the error of each place's local features, as a multiple of what is usual
    /// there.
    public func map(ofRow row: Int) -> InspectionMap {
        InspectionMap(grid: grid, errors: localErrors[row])
    }

    /// The error of all features of each place of a picture of the last batch, of which its score is made.
    public func errors(ofRow row: Int) -> [Float] { errors[row] }

    /// Scores a blank picture.
    public func warmUp() {
        let blank = Buffer2D<UInt8>(rows: 1, columns: room.columns)
        blank.withRow(0) { _ = score($0) }
    }
}
