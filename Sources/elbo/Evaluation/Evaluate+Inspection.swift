import Datasets
import Detection
import FoundationEssentials
import Images
import Inspection
import Platform
import Tensors
import Terminal
import VAE

extension Evaluate {
    /// Measures an inspection model.
    func evaluate(_ loaded: LoadedPictureModel, _ inspection: InspectionModel) throws {
        guard !suite else {
            throw Failure(
                "--suite does what goes wrong with small images; give pictures of real defects to an "
                    + "inspection model, by --anomalous", .usage)
        }
        guard !normal.isEmpty else {
            throw Failure("name normal pictures that took no other part, by --normal", .usage)
        }
        let calibration = try decided(
            loaded.calibration(in: model.model, precision: precision.precision).calibration)
        let normalSet = try data.load(normal, for: inspection, badFiles: .leftOut)
        let isMeasured = !anomalous.isEmpty && anomalous != ["none"]
        let anomalousSet =
            isMeasured ? try data.load(anomalous, for: inspection, badFiles: .leftOut) : nil
        let masks = try masks(for: anomalousSet, inspection)
        let seen = warn(of: normalSet, inspection, calibration)
        let precision = calibration.computation.precision
        let judge = { (set: ImageSet) in
            inspection.judged(set, by: precision, threads: usableThreads) { engine, scores in
                Judged(scores: scores, map: masks == nil ? nil : engine.map(ofRow: 0))
            }
        }
        let (good, bad) = (judge(normalSet), anomalousSet.map(judge) ?? [])
        let report = InspectionEvaluation(
            calibration: calibration, normal: normalSet.name, anomalous: anomalousSet?.name,
            normalScores: good.map(\.scores), anomalousScores: bad.map(\.scores),
            overlap: masks.map { overlap(good, bad, masks: $0) },
            agreement: try agreement(
                of: calibration, loaded, inspection, [normalSet, anomalousSet].compactMap { $0 },
                (good + bad).map(\.scores)),
            trainedOn: seen,
            leftOut: normalSet.reading.leftOut + (anomalousSet?.reading.leftOut ?? 0))
        json ? try report.printJSON() : report.printTable()
        try requireWhole(report.leftOut)
    }

    private struct Judged: Sendable {
        let scores: Scores
        let map: InspectionMap?
    }

    /// The masks of `--masks`, one for each anomalous picture in the order of their names.
    private func masks(for set: ImageSet?, _ inspection: InspectionModel) throws -> ImageSet? {
        guard !masks.isEmpty else { return nil }
        guard let set else {
            throw Failure("masks belong to anomalous pictures; name those by --anomalous", .usage)
        }
        var steps = inspection.preprocessing
        (steps.grayscale, steps.color) = (.rgb, nil)
        let read = try data.load(masks, preprocessing: steps)
        guard read.count == set.count, set.reading.leftOut == 0 else {
            throw Failure(
                "\(read.name) has \(read.count) masks, and \(set.name) has "
                    + "\(set.count + set.reading.leftOut) pictures; there must be one for each, in the "
                    + "order of their names, white where a picture is anomalous", .dataFormat)
        }
        if let (mask, picture) = try MaskNames(masks, of: anomalous).stranger {
            throw Failure(
                "\(mask) is no mask of \(picture), which is at the same place in the order of names; call it "
                    + "as the picture is called, or that and an ending such as _mask", .dataFormat)
        }
        return read
    }

    private func overlap(_ good: [Judged], _ bad: [Judged], masks: ImageSet) -> RegionOverlap {
        var overlap = RegionOverlap()
        // Maps and masks in the size that the model sees.
        let shape = masks.shape
        guard let placement = PicturePlacement(Preprocessing(), shape) else { return overlap }
        for map in good.compactMap(\.map) { overlap.addNormal(map.errors(atPixelsIn: placement)) }
        for (index, map) in bad.compactMap(\.map).enumerated() {
            overlap.addAnomalous(
                map.errors(atPixelsIn: placement), mask: masks.image(index).map { $0 > 127 },
                columns: shape.columns)
        }
        return overlap
    }

    /// How the verdicts of a lower precision compare with those of fp32, if there are any.
    private func agreement(
        of calibration: Calibration, _ loaded: LoadedPictureModel, _ inspection: InspectionModel,
        _ sets: [ImageSet], _ scores: [Scores]
    ) throws -> Agreement? {
        guard calibration.computation.precision != .fp32 else { return nil }
        let whole = try decided(
            loaded.calibration(in: model.model, precision: .fp32).calibration)
        let (judge, reference) = (Judge(calibration), Judge(whole))
        let references = sets.flatMap {
            inspection.scores(of: $0, by: .fp32, threads: usableThreads)
        }
        let same = zip(scores, references).count {
            judge.decide($0).isAnomaly == reference.decide($1).isAnomaly
        }
        return Agreement(same: same, count: scores.count)
    }
}
