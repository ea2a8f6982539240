import ArgumentParser
import Detection
import Inspection
import Platform
import Terminal
import VAE

/// `elbo calibrate`: draws the bounds of normality from held-out normal images.
struct Calibrate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Score held-out normal images and write the bounds to calibration.json.",
        discussion: """
            As in the paper, an image is anomalous if its score lies outside μ ± 2σ of the
            scores of normal test images. Images that were trained on score too well to
            calibrate with, and images that are calibrated with cannot validate; so the
            even ones of MNIST's test images are used here and the odd ones by elbo evaluate.
            The first and the last half would not do: they come from different writers, and
            bounds drawn from the one give other false alarms on the other (mnist:t10k[..<5000]
            and mnist:t10k[5000...] are a ready-made example of drift).

            Every score is kept, sorted, for all score functions, so another rule or score
            needs no images: --redraw. elbo threshold what-if says what each would do.
              elbo calibrate --model DIR --rule certified --alpha 0.01 --confidence 0.99
              elbo calibrate --model DIR --redraw --rule quantile --alpha 0.02 --tails high
              elbo calibrate --model DIR --redraw --score nll --sigma 3
            The file is replaced atomically, and the one before kept in calibrations/, the last
            twenty of them: elbo calibration list, diff and rollback.

            Scores of lower precision differ a little and have bounds of their own, for
            elbod --precision: calibration.int8.json also holds the ranges of activations.
            """)

    @OptionGroup var model: ModelOption
    @OptionGroup var precision: PrecisionOption
    @OptionGroup var data: DataOption
    @OptionGroup var options: CalibrationOptions
    @Flag(
        help:
            "Draw from the scores that the calibration keeps, without images; what is not given stays."
    )
    var redraw = false

    func validate() throws {
        if redraw, !options.images.isEmpty {
            throw ValidationError(
                "--redraw takes no --images: it draws from the scores that are kept.")
        }
    }

    func run() throws {
        try reporting {
            let loaded = try model.loadAny()
            let calibration = try redraw ? redrawn(of: loaded) : scored(of: loaded)
            let path = Calibration.path(in: model.model, precision.precision)
            noteRuleLeftBehind(by: calibration, at: path)
            let folder = CalibrationFolder(
                directory: model.model, precision: precision.precision)
            try keepInForce(in: folder)
            try save(calibration.encoded(), to: path)
            try options.report(
                calibration, at: path, of: loaded.model, in: model.model, isRedrawn: redraw)
        }
    }

    private var revision: Int { Calibration.nextRevision(in: model.model, precision.precision) }

    private func scored(of any: LoadedPictureModel) throws -> Calibration {
        if let inspection = any.inspection {
            let set = try options.load(for: inspection, from: data)
            return try options.calibration(
                of: inspection, any.digest, with: set, revision: revision,
                precision: precision.precision)
        }
        let loaded = try model.load()
        let set = try options.load(for: loaded.model, from: data)
        let fuseSet = try options.loadFuseSet(for: loaded.model, from: data, besides: set)
        return try options.calibration(
            of: loaded, with: set, fusing: fuseSet, revision: revision,
            precision: precision.precision)
    }

    /// Whoever has chosen a rule may not mean to go back to the paper's by scoring other images.
    private func noteRuleLeftBehind(by calibration: Calibration, at path: String) {
        guard !redraw, options.rule.isEmpty,
            let before = try? LoadedCalibration(file: path).calibration.rule,
            before.score != calibration.rule.score || before.method != calibration.rule.method
        else { return }
        note(
            "Note: the calibration before decided by \(before.score.rawValue), \(before.title); this one by "
                + "\(calibration.rule.score.rawValue), \(calibration.rule.title). Name the rule to keep it, "
                + "or use --redraw on the new scores.\n")
    }

    private func redrawn(of loaded: LoadedPictureModel) throws -> Calibration {
        let before = try loaded.calibration(in: model.model, precision: precision.precision)
            .calibration
        return try before.deciding(
            by: options.rule.drawn(after: before.rule), revision: revision, created: .now,
            lineage: Lineage("calibrate --redraw", after: before.revision))
    }
}
