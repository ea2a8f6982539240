public import Datasets
public import Detection
import Drawing
import Formatting
import Images
public import Inspection
public import VAE

/// What an inspection model makes of a set of pictures, and drawings of those that say most.
public struct InspectedPictures: Sendable {
    /// What is found in one picture.
    public struct Finding: Sendable {
        let scores: Scores
        let map: InspectionMap

        /// Its scores, and where it is odd.
        public init(scores: Scores, map: InspectionMap) { (self.scores, self.map) = (scores, map) }
    }

    let set: ImageSet
    let findings: [Finding]
    private let calibration: Calibration
    private let decisions: [Decision]

    /// The pictures of `set`, prepared for the model, with what is found in each, and judged by `calibration`.
    public init(_ set: ImageSet, _ findings: [Finding], by calibration: Calibration) {
        precondition(set.count == findings.count, "one finding for each picture")
        (self.set, self.findings, self.calibration) = (set, findings, calibration)
        let judge = Judge(calibration)
        decisions = findings.map { judge.decide($0.scores) }
    }

    /// Which of the pictures.
    enum Choice { case normal, anomalous }

    /// The places of the pictures that are called so, those of the highest score first.
    func pictures(called choice: Choice) -> [Int] {
        decisions.indices
            .filter { decisions[$0].isAnomaly == (choice == .anomalous) }
            .sorted { decisions[$0].score > decisions[$1].score }
    }

    /// Pictures in a column, each beside itself with its map and boxes, in two columns.
    func gallery(of chosen: some Collection<Int>, _ caption: String) -> Figure? {
        guard !chosen.isEmpty,
            let placement = PicturePlacement(Preprocessing(color: .rgb), set.shape)
        else { return nil }
        let (columns, gap) = (2, 12.0)
        let width = 390.0
        let height = width * Double(set.rows) / Double(2 * set.columns + 8)
        let rows = (chosen.count + columns - 1) / columns
        var drawing = Drawing(
            width: Double(columns) * (width + gap), height: Double(rows) * (height + 30))
        for (place, index) in chosen.enumerated() {
            let (x, y) = (
                Double(place % columns) * (width + gap), Double(place / columns) * (height + 30)
            )
            guard let png = try? PNG.encode(picture(index, placement).sideBySide) else { continue }
            drawing.picture(png: png, x: x, y: y, width: width, height: height)
            drawing.text(
                "number \(index + 1): \(fixed(Double(decisions[index].score), 2)), bound "
                    + fixed(calibration.bounds.upper, 2), x: x, y: y + height + 15, "small quiet")
        }
        return Figure(caption, drawing)
    }

    private func picture(_ index: Int, _ placement: PicturePlacement) -> MapPicture {
        let (map, bound) = (findings[index].map, calibration.placeBound)
        return MapPicture(
            Image(set.shape, pixels: Array(set.image(index))), map, above: bound, in: placement,
            boxes: map.boxes(for: decisions[index], above: bound, in: placement))
    }
}
