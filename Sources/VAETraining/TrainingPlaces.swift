public import Backbone
public import Images
public import Inspection
import Tensors
public import VAE

/// The places of normal pictures as rows that a `Trainer` takes: what an inspection model's autoencoder learns from.
public struct TrainingPlaces: Sendable {
    /// Mean and deviation of each feature.
    public let statistics: FeatureStatistics
    /// The largest activations of the backbone.
    public let ranges: BackboneRanges
    /// One row of features a place, see `FeatureStatistics`.
    public private(set) var rows: [UInt8]
    /// The number of rows.
    public let count: Int

    /// Bytes that rows take at most: of more pictures than 1,090 of 28 × 28 places and 312 features only some places
    /// are learnt from, others of each picture.
    private static let limit = 256 << 20
    /// Pictures that statistics are taken of, evenly spread.
    private static let sampled = 128

    /// Of pictures of one size, one after the other in `pixels`; `threads` share them.
    ///
    /// `progress` is called on the calling thread with the fraction that is done, and ends the work by returning
    /// false; then there are no places.
    public init?(
        of pixels: [UInt8], _ shape: ImageShape, by backbone: EfficientNetLite, taps: [Int],
        threads: Int, progress: (Double) -> Bool = { _ in true }
    ) {
        let size = shape.values
        precondition(size > 0 && pixels.count % size == 0, "the pixels are not whole pictures")
        let pictures = pixels.count / size
        let team = PictureTeam(threads: threads) {
            PlaceReader(backbone, taps: taps, of: shape)
        }
        let nothing = BackboneRanges(blocks: backbone.blocks.count)
        guard let (statistics, ranges) = Self.measure(pixels, shape, taps, nothing, team, progress)
        else {
            return nil
        }
        (self.statistics, self.ranges) = (statistics, ranges)
        let grid = Grid(of: shape)
        let width = statistics.count
        let stride = max(1, (pictures * grid.count * width + Self.limit - 1) / Self.limit)
        // As many places of each picture, whichever those are.
        let kept = grid.count / stride
        count = pictures * kept
        rows = [UInt8](repeating: 0, count: count * width)
        func share(_ done: Double) -> Bool { progress(0.3 + 0.7 * done) }
        let isWhole = unsafe rows.withUnsafeMutableBufferPointer { rows in
            let base = unsafe rows
            return team.forEach(of: pictures, progress: share) { reader, picture in
                reader.open(pixels.span.extracting(picture * size..<(picture + 1) * size))
                reader.readBytes(statistics) { place, features in
                    guard (place + picture) % stride == 0, place / stride < kept else { return }
                    let row = picture * kept + place / stride
                    // Each picture has rows of its own.
                    for index in features.indices {
                        unsafe base[row * width + index] = features[index]
                    }
                }
            }
        }
        guard isWhole else { return nil }
    }

    private static func measure(
        _ pixels: [UInt8], _ shape: ImageShape, _ taps: [Int], _ ranges: BackboneRanges,
        _ team: PictureTeam<PlaceReader>, _ progress: (Double) -> Bool
    ) -> (FeatureStatistics, BackboneRanges)? {
        let size = shape.values
        let pictures = pixels.count / size
        let chosen = min(pictures, Self.sampled)
        let width = InspectionModel.featureCount(taps: taps)
        let none = [Double](repeating: 0, count: width)
        var sums = Array(
            repeating: Moments(sums: none, squares: none, ranges: ranges),
            count: team.count)
        func share(_ done: Double) -> Bool { progress(0.3 * done) }
        let isWhole = team.forEach(of: chosen, collecting: &sums, progress: share) {
            reader, index, moments in
            let picture = index * pictures / chosen
            reader.open(
                pixels.span.extracting(picture * size..<(picture + 1) * size),
                observing: &moments.ranges)
            reader.addMoments(sums: &moments.sums, squares: &moments.squares)
        }
        guard isWhole else { return nil }
        let places = Double(chosen * Grid(of: shape).count)
        let all = sums.dropFirst().reduce(sums[0]) { $0.adding($1) }
        let means = all.sums.map { $0 / places }
        let deviations = zip(all.squares, means).map { square, mean in
            max(0, square / places - mean * mean).squareRoot()
        }
        return (
            FeatureStatistics(
                means: means.map(Float.init),
                deviations: deviations.map { $0 > 1e-6 ? Float($0) : 1 }), all.ranges.completed
        )
    }

    private struct Moments {
        var sums: [Double]
        var squares: [Double]
        var ranges: BackboneRanges

        func adding(_ other: Moments) -> Moments {
            Moments(
                sums: zip(sums, other.sums).map(+), squares: zip(squares, other.squares).map(+),
                ranges: ranges.union(other.ranges))
        }
    }
}

extension InspectionModel {
    /// A model of a trained autoencoder: what error is usual at each place it finds on the pictures that it was
    /// trained on, which `threads` share; nil if `progress` returned false.
    ///
    /// An autoencoder of places sees hundreds of thousands of them a few times, and errs on others as it does on
    /// these: measured on solar cells, errors divided by what is usual on these tell cells apart as well as divided
    /// by what is usual on a third set (areas under the curve 0.9490 and 0.9478, 0.907 and 0.905), which is so left to
    /// calibrate with. What bounds promise holds as long as those pictures took no part here.
    public init?(
        backbone: EfficientNetLite, taps: [Int], trainedOn places: TrainingPlaces,
        places autoencoder: Model, pixels: [UInt8], _ shape: ImageShape,
        preprocessing: Preprocessing, provenance: [String: String], threads: Int,
        progress: (Double) -> Bool = { _ in true }
    ) {
        let grid = Grid(of: shape)
        let flat = InspectionModel(
            backbone: backbone, ranges: places.ranges, taps: taps, statistics: places.statistics,
            places: autoencoder, placeRanges: places.ranges(in: autoencoder),
            usualErrors: Array(repeating: 1, count: grid.count), imageShape: shape,
            preprocessing: preprocessing, provenance: provenance)
        let size = shape.values
        let pictures = pixels.count / size
        let team = PictureTeam(threads: threads) { InspectionEngine(flat, capacity: 1) }
        // Of all features, then of local ones.
        var sums = Array(
            repeating: [Double](repeating: 0, count: 2 * grid.count), count: team.count)
        let isWhole = team.forEach(of: pictures, collecting: &sums, progress: progress) {
            engine, picture, sums in
            _ = engine.score(pixels.span.extracting(picture * size..<(picture + 1) * size))
            let errors = engine.errors(ofRow: 0) + engine.map(ofRow: 0).errors
            for (index, error) in errors.enumerated() { sums[index] += Double(error) }
        }
        guard isWhole else { return nil }
        func usual(_ range: Range<Int>) -> [Float] {
            let means = range.map { index in
                sums.reduce(0) { $0 + $1[index] } / Double(pictures)
            }
            return Self.steadied(means, grid, pictures: pictures)
        }
        self.init(
            backbone: backbone, ranges: places.ranges, taps: taps, statistics: places.statistics,
            places: autoencoder, placeRanges: flat.placeRanges,
            usualErrors: usual(0..<grid.count),
            usualLocalErrors: usual(grid.count..<(2 * grid.count)), imageShape: shape,
            preprocessing: preprocessing, provenance: provenance)
    }

    /// Means of few pictures are unsteady: each is drawn towards that of the places around it, as if these were so
    /// many pictures more.
    private static let neighbourPictures = 16.0

    private static func steadied(_ means: [Double], _ grid: Grid, pictures: Int) -> [Float] {
        let all = means.reduce(0, +) / Double(means.count)
        return means.indices.map { place in
            let (row, column) = (place / grid.columns, place % grid.columns)
            var around: [Double] = []
            for row in max(0, row - 1)...min(grid.rows - 1, row + 1) {
                for column in max(0, column - 1)...min(grid.columns - 1, column + 1) {
                    around.append(means[row * grid.columns + column])
                }
            }
            let neighbours = around.reduce(0, +) / Double(around.count)
            let mean =
                (Double(pictures) * means[place] + neighbourPictures * neighbours)
                / (Double(pictures) + neighbourPictures)
            // A place that never errs, as of a border that is always black, would make much of nothing.
            return Float(max(mean, 0.05 * all, 1e-9))
        }
    }
}

extension TrainingPlaces {
    /// The largest activations of an autoencoder on some of the places.
    fileprivate func ranges(in model: Model) -> ActivationRanges {
        var ranges = ActivationRanges(model.architecture)
        let scorer = Scorer(model.weights, capacity: 256)
        let width = statistics.count
        let chosen = min(count, 8192)
        let sample = (0..<chosen).flatMap { index in
            let row = index * (count / chosen)
            return rows[(row * width)..<((row + 1) * width)]
        }
        _ = scorer.scores(ofImages: sample, count: chosen) {
            ranges.add(scorer.activations, count: $0)
        }
        return ranges
    }
}
