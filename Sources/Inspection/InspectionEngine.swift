import Backbone
import Images
public import Tensors
public import VAE

/// Scores pictures by their places, and knows where each is odd.
///
/// Everything is allocated at initialisation; belongs to one thread.
public final class InspectionEngine: ImageScorer {
    /// The most pictures in a batch.
    public let capacity: Int
    /// Scores of the last batch, one per picture; only the first ones are meaningful.
    public private(set) var scores: [Scores]
    /// The places of a picture.
    public let grid: Grid

    private let reader: PlaceReader
    private let scaling: PlaceReader.Scaling
    private let engine: ScoringEngine
    private let isOfBytes: Bool
    /// The features of the places of some rows of the grid.
    private let features: FeatureRows
    /// What errors are multiplied with at each place.
    private let scales: [Float]
    /// By pictures, then by places.
    private let errors: Matrix
    private let room: Buffer2D<UInt8>
    private var sorted: [Float]

    /// A batch that an engine owns.
    private final class FeatureRows {
        let batch: ImageBatch
        init(rows: Int, columns: Int) { batch = ImageBatch(rows: rows, columns: columns) }
    }

    /// For batches of at most `capacity` pictures.
    public init(_ model: InspectionModel, by precision: Precision = .fp32, capacity: Int) {
        self.capacity = capacity
        grid = model.grid
        reader = PlaceReader(
            model.backbone, taps: model.taps, of: model.imageShape,
            by: .init(precision: precision, ranges: model.ranges))
        scaling = reader.scaling(model.statistics)
        // As many places at a time as the layers of the autoencoder fit the cache with.
        let rows = max(1, min(grid.rows, Self.placesAtOnce / grid.columns))
        let places = rows * grid.columns
        engine = ScoringEngine(
            model.places.weights,
            by: Computation(
                precision: precision, ranges: precision == .int8 ? model.placeRanges : nil),
            computing: .reconstruction, capacity: places)
        isOfBytes = precision == .int8
        features = FeatureRows(rows: places, columns: reader.features)
        scales = model.errorScales
        errors = Matrix(rows: capacity, columns: grid.count)
        room = Buffer2D(
            rows: 1, columns: model.imageShape.pixels * model.imageShape.channels)
        sorted = Array(repeating: 0, count: grid.count)
        scores = Array(repeating: Scores(), count: capacity)
    }

    private static let placesAtOnce = 256

    /// Scores the first `count` rows of `pictures`, prepared ones.
    public func score(_ pictures: borrowing ImageBatch, count: Int) {
        precondition(
            count <= capacity && pictures.rows >= count && pictures.columns == room.columns,
            "the batch does not fit")
        for row in 0..<count {
            pictures.withBytes(ofRow: row, rounding: room) { reader.open($0) }
            scoreOpened(into: row)
        }
    }

    /// Scores one prepared picture, as row 0 of a batch.
    public func score(_ pixels: Span<UInt8>) -> Scores {
        reader.open(pixels)
        scoreOpened(into: 0)
        return scores[0]
    }

    private func scoreOpened(into row: Int) {
        let step = features.batch.rows / grid.columns
        for first in stride(from: 0, to: grid.rows, by: step) {
            let rows = first..<min(grid.rows, first + step)
            reader.read(rows: rows, scaling, into: features.batch, asBytes: isOfBytes)
            let count = rows.count * grid.columns
            engine.score(features.batch, count: count)
            let base = first * grid.columns
            for place in 0..<count {
                errors[row, base + place] = engine.scores[place].mse * scales[base + place]
            }
        }
        scores[row] = pictureScores(row)
    }

    private func pictureScores(_ row: Int) -> Scores {
        errors.withRow(row) { errors in
            for place in errors.indices { sorted[place] = errors[place] }
        }
        sorted.sort(by: >)
        let worst = sorted[..<grid.worst]
        var scores = Scores()
        scores[.worstPlaces] = worst.reduce(0, +) / Float(worst.count)
        scores[.worstPlace] = worst[0]
        return scores
    }

    /// Where a picture of the last batch is odd: the error of each place, as a multiple of what is usual there.
    public func map(ofRow row: Int) -> InspectionMap {
        InspectionMap(grid: grid, errors: errors[row])
    }

    /// Scores a blank picture.
    public func warmUp() {
        let blank = Buffer2D<UInt8>(rows: 1, columns: room.columns)
        blank.withRow(0) { _ = score($0) }
    }
}
