import Console
public import ArgumentParser
import Datasets
import Detection
import DetectionService
import Files
public import VAE

extension ScoreFunction: ExpressibleByArgument {}

/// `elbo calibrate`: draws the bounds of normality from held-out normal images.
struct Calibrate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Score held-out normal images and write the bounds to calibration.json.",
        discussion: """
            As in the paper, an image is anomalous if its score lies outside μ ± 2σ of the
            scores of normal test images. Images that were trained on score too well to
            calibrate with, and images that are calibrated with cannot validate; so the
            first 5,000 test images are used here and the other 5,000 by elbo evaluate.

            Every score is kept, sorted, for all score functions: another --sigma or
            --score needs no other images. The file is replaced atomically.
            """)

    @OptionGroup var model: ModelOption
    @OptionGroup var data: DataOption
    @Option(
        help: ArgumentHelp(
            "Held-out normal images (default for models of MNIST: mnist:t10k[0..<5000]).",
            valueName: "set"))
    var images: String?
    @Option(help: "The score that decides.")
    var score = ScoreFunction.mse
    @Option(help: ArgumentHelp("k in μ ± kσ.", valueName: "k"))
    var sigma = 2.0
    @Flag(help: "Print the result as JSON.")
    var json = false

    func run() throws {
        try reporting {
            let loaded = try model.load()
            let set = try data.load(
                loaded.model.images(images, standard: "mnist:t10k[0..<5000]", option: "--images"))
            let previous = try? LoadedCalibration(directory: model.model, model: loaded.digest)
            let calibration = try Calibration(
                scores: loaded.scores(of: set), score: score, k: sigma, model: loaded.digest,
                data: .init(name: set.name, sha256: set.digest.description),
                created: .now,
                revision: (previous?.calibration.revision ?? 0) + 1)
            let path = Calibration.path(in: model.model)
            do { try writeFileAtomically(calibration.encoded(), to: path) } catch let error
                as FilesError
            {
                throw Failure(error.description, .cannotCreate)
            }
            report(calibration, path: path, isMNIST: loaded.model.isTrainedOnMNIST)
        }
    }

    private func report(_ calibration: Calibration, path: String, isMNIST: Bool) {
        let bounds = calibration.deciding
        if json {
            print(
                "{\"path\":\"\(path)\",\"score\":\"\(score.rawValue)\",\"n\":\(bounds.n),"
                    + "\"mu\":\(bounds.mu),\"sigma\":\(bounds.sigma),\"k\":\(sigma),"
                    + "\"lower\":\(bounds.lower),\"upper\":\(bounds.upper),"
                    + "\"revision\":\(calibration.revision)}")
            return
        }
        print("Scored \(bounds.n) normal images of \(calibration.data.name)")
        for function in ScoreFunction.allCases {
            guard let row = calibration.distributions[function] else { continue }
            let name = padded(function.rawValue, 5)
            let mark = function == score ? "  ← decides" : ""
            print(
                "  \(name) μ \(significant(row.mu))  σ \(significant(row.sigma))  "
                    + "normal from \(significant(row.lower)) to \(significant(row.upper))\(mark)")
        }
        let sets = isMNIST ? "" : " --normal MORE-NORMAL-IMAGES --anomalous OTHER-IMAGES"
        print("Wrote \(path), revision \(calibration.revision)")
        print("Next: elbo evaluate --model \(model.model)\(sets)")
    }
}
