import Detection
import Drawing
import Frames
import Images
import Inspection
import ServiceConfiguration
import VAE

/// Says where pictures are odd, of which the model has made maps: boxes for their verdicts, and drawings.
struct PlaceFinder {
    private let boxes: Int
    private let maps: MapChoice
    private let shape: ImageShape
    private let preprocessing: Preprocessing
    /// Above which error a place is odd, of each calibration.
    private let bounds: [Float]

    /// The longer side of a drawing, in pixels.
    private static let drawnSide = 256

    /// For pictures by an edition.
    init(_ edition: ActiveModel.Edition, _ configuration: Configuration) {
        (boxes, maps) = (configuration.boxes, configuration.maps)
        let model = edition.model.model
        (shape, preprocessing) = (model.imageShape, model.preprocessing)
        bounds =
            edition.model.inspection == nil
            ? [] : edition.rulebook.calibrations.map { $0.calibration.placeBound }
    }

    /// Fills in `batch.findings`, one a verdict, where there are maps.
    func find(in batch: inout DecidedBatch) {
        guard !batch.maps.isEmpty else { return }
        for verdict in batch.verdicts {
            batch.findings.append(finding(verdict, batch.maps[verdict.row]))
        }
    }

    private func finding(_ verdict: Verdict, _ map: InspectionMap) -> Finding {
        let picture = verdict.frame.picture ?? shape
        guard let placement = PicturePlacement(preprocessing, picture) else { return Finding() }
        let bound = bounds[verdict.version.calibration.rawValue]
        let isOdd = verdict.decision?.isAnomaly == true
        var finding = Finding()
        if boxes > 0 {
            finding.boxes = map.boxes(
                for: verdict.decision, above: bound, in: placement, most: boxes)
        }
        if maps == .all || maps == .anomalies && isOdd {
            finding.drawing = drawing(of: map, bound: bound, picture)
        }
        return finding
    }

    /// As wide and high in proportion as the picture, and no larger than it.
    private func drawing(
        of map: InspectionMap, bound: Float, _ picture: ImageShape
    ) -> MapDrawing? {
        func scaled(_ extent: Int) -> Int {
            let longest = max(picture.longestSide, Self.drawnSide)
            return max(1, (extent * Self.drawnSide + longest / 2) / longest)
        }
        var size = picture
        (size.rows, size.columns) = (scaled(picture.rows), scaled(picture.columns))
        guard let placement = PicturePlacement(preprocessing, size) else { return nil }
        let oddness = map.errors(atPixelsIn: placement).map { $0 / bound }
        guard let png = try? PNG.encode(HeatMap(oddness, of: size).image) else { return nil }
        return MapDrawing(
            png: png, picture: picture, bound: bound, peak: map.errors.max() ?? 0)
    }
}

/// Where a picture is odd.
struct Finding {
    /// Around what is odd, where somebody looks for that.
    var boxes: [InspectionMap.Box]?
    /// Its map, where that is to be drawn.
    var drawing: MapDrawing?
}

/// A map as a picture, see `HeatMap`.
struct MapDrawing {
    /// A PNG file.
    let png: [UInt8]
    /// The size of the picture it is to be laid over.
    let picture: ImageShape
    /// Above which error a place is coloured, as a multiple of what is usual there.
    let bound: Float
    /// The largest error.
    let peak: Float
}
