import ArgumentParser
import Detection
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

            Every score is kept, sorted, for all score functions: another --sigma or
            --score needs no other images. The file is replaced atomically.

            Scores of lower precision differ a little and have bounds of their own, for
            elbod --precision: calibration.int8.json also holds the ranges of activations.
            """)

    @OptionGroup var model: ModelOption
    @OptionGroup var precision: PrecisionOption
    @OptionGroup var data: DataOption
    @OptionGroup var options: CalibrationOptions

    func run() throws {
        try reporting {
            let loaded = try model.load()
            let set = try options.load(for: loaded.model, from: data)
            let calibration = try options.calibration(
                of: loaded, with: set,
                revision: Calibration.nextRevision(in: model.model, precision.precision),
                precision: precision.precision)
            let path = Calibration.path(in: model.model, precision.precision)
            try save(calibration.encoded(), to: path)
            try options.report(
                calibration, at: path, of: loaded.model, in: model.model)
        }
    }
}
