public import Backbone
public import Images
public import VAE

/// A model that inspects pictures place by place: a frozen backbone turns a picture into features, and a variational
/// autoencoder says of the features of each place how badly normal ones explain them.
public struct InspectionModel: Sendable {
    /// What it looks with.
    public let backbone: EfficientNetLite
    /// The largest activations of the backbone on normal pictures, for bytes.
    public let ranges: BackboneRanges
    /// The blocks whose maps are joined, ascending.
    public let taps: [Int]
    /// Mean and deviation of each feature on normal pictures.
    public let statistics: FeatureStatistics
    /// The autoencoder of places: an "image" of it is one row of features, see `FeatureStatistics`.
    public let places: Model
    /// The largest activations of `places` on normal pictures, for bytes.
    public let placeRanges: ActivationRanges
    /// What error is usual at each place of the grid, row by row.
    public let usualErrors: [Float]
    /// What error of the local features is usual there.
    public let usualLocalErrors: [Float]
    /// The size of prepared pictures, of one channel or three.
    public let imageShape: ImageShape
    /// What makes pictures such.
    public let preprocessing: Preprocessing
    /// Facts about its making, as text by key; never interpreted.
    public var provenance: [String: String]

    /// Joins what belongs together; the sizes are the caller's to keep.
    ///
    /// Usual errors of local features are those of all if all are local.
    public init(
        backbone: EfficientNetLite, ranges: BackboneRanges, taps: [Int],
        statistics: FeatureStatistics, places: Model, placeRanges: ActivationRanges,
        usualErrors: [Float], usualLocalErrors: [Float]? = nil, imageShape: ImageShape,
        preprocessing: Preprocessing,
        provenance: [String: String] = [:]
    ) {
        precondition(usualErrors.count == Grid(of: imageShape).count, "one error for each place")
        precondition(statistics.count == places.architecture.inputs, "the features do not fit")
        precondition(usualLocalErrors.map { $0.count == usualErrors.count } ?? true)
        (self.backbone, self.ranges, self.taps) = (backbone, ranges, taps)
        (self.statistics, self.places, self.placeRanges) = (statistics, places, placeRanges)
        (self.usualErrors, self.imageShape) = (usualErrors, imageShape)
        self.usualLocalErrors = usualLocalErrors ?? usualErrors
        (self.preprocessing, self.provenance) = (preprocessing, provenance)
    }

    /// The places of a picture.
    public var grid: Grid { Grid(of: imageShape) }

    /// What turns the mean squared error of a place, its features in [0, 1], into a multiple of what is usual there.
    var errorScales: [Float] { Self.scales(usualErrors) }

    /// The same for that of its local features.
    var localErrorScales: [Float] { Self.scales(usualLocalErrors) }

    private static func scales(_ usual: [Float]) -> [Float] {
        let unit = 4 * FeatureStatistics.reach * FeatureStatistics.reach
        return usual.map { unit / $0 }
    }

    /// How many features of a place, the first ones, say where a picture is odd: those of maps that have a place for every
    /// 16 × 16 pixels or more, or all where there are none.
    ///
    /// In a coarser map what is odd is so in a quarter of the picture. Measured on two drawn textures with defects of 3 to
    /// 30 pixels: AU-PRO up to 5 % is 0.60 and 0.60 of all features after blocks 4, 7 and 11, 0.84 and 0.82 of those after 4
    /// and 7.
    public var localFeatures: Int { Self.localFeatureCount(taps: taps) }

    /// The same of a place after these blocks.
    static func localFeatureCount(taps: [Int]) -> Int {
        let local = taps.filter { BlockShape.pixels(afterBlock: $0) <= 16 }
        return featureCount(taps: local.isEmpty ? taps : local)
    }

    /// Features of a place after these blocks.
    public static func featureCount(taps: [Int]) -> Int {
        taps.reduce(0) { $0 + BlockShape.all[$1].outputs }
    }
}

/// The places of a picture: one for every 8 × 8 pixels begun.
public struct Grid: Sendable, Hashable {
    /// Places from top to bottom.
    public let rows: Int
    /// Places from left to right.
    public let columns: Int

    /// The places of prepared pictures of a size.
    public init(of shape: ImageShape) {
        (rows, columns) = ((shape.rows + 7) / 8, (shape.columns + 7) / 8)
    }

    /// All places.
    public var count: Int { rows * columns }

    /// The worst 1 % of places, of which a picture's score is the mean: 8 of 28 × 28.
    public var worst: Int { max(1, (count + 99) / 100) }
}

/// How features become rows that an autoencoder of pixels in [0, 1] takes: each is standardised, and six deviations to
/// either side of its mean fill the range.
///
/// So the paper's model, its trainer and its engines are those of pixels. A byte's step is a twentieth of a deviation,
/// which adds a five-thousandth to the variance.
public struct FeatureStatistics: Sendable, Equatable {
    /// Of each feature.
    public let means: [Float]
    /// Of each feature, above zero.
    public let deviations: [Float]

    /// Deviations on either side of the mean.
    public static let reach: Float = 6

    /// Of as many features as there are means; a feature that never varies has any deviation.
    public init(means: [Float], deviations: [Float]) {
        precondition(means.count == deviations.count, "one deviation for each mean")
        (self.means, self.deviations) = (means, deviations)
    }

    /// The number of features.
    public var count: Int { means.count }

    /// What a feature is multiplied with, and what is added then.
    func scale(_ feature: Int) -> (scale: Float, shift: Float) {
        let scale = 1 / (2 * Self.reach * deviations[feature])
        return (scale, 0.5 - means[feature] * scale)
    }

    /// A variance η in units of deviations as that of rows in [0, 1].
    public static func variance(ofDeviations eta: Float) -> Float { eta / (4 * reach * reach) }
}
