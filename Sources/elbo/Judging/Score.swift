import ArgumentParser
import Datasets
import Detection
import Files
import Inspection
import Platform
import Terminal
import VAE

/// `elbo score`: judges images in files, as the daemon would.
struct Score: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Judge the images in files: one JSON verdict a line.",
        discussion: """
            Takes pictures, IDX, .npy and .npz files, gzip-compressed or not, folders with
            all that is below them, data sets by name, and - for standard input; pictures
            of any size and in colour if the model preprocesses them:
              cat image.png | elbo score --model models/mnist -
              elbo score --model models/mine pictures/ more/*.jpg frames.npz:x_test
              elbo score --model models/mnist 'mnist:t10k[..<100]'
            What cannot be judged gets an error line in its place and a sentence on
            standard error; all else is judged, and the exit code is that of the first
            error, 65 or 66. Otherwise it is 0 whatever the verdicts; with --exit-code,
            1 if any image is anomalous.
            """)

    @OptionGroup var model: ModelOption
    @OptionGroup var precision: PrecisionOption
    @OptionGroup var data: DataOption
    @Flag(help: "Exit 1 if an image is anomalous.")
    var exitCode = false
    @Argument(
        help: "Picture, IDX, .npy or .npz files, folders, data sets, or - for standard input.")
    var files: [String]

    func run() throws {
        let (anomalies, failure, passedOver) = try reporting {
            let loaded = try model.loadAny()
            let calibration = try loaded.calibration(
                in: model.model, precision: precision.precision)
            var options = try data.options(loaded.model.preprocessing)
            options.modelShape = loaded.model.imageShape
            var judging = FileJudging(loaded, calibration, options)
            for file in files { judge(file, &judging, options) }
            return (judging.anomalies, judging.failure, judging.passedOver.passedOverText)
        }
        if let passedOver { note("elbo: \(passedOver)\n") }
        if let failure, !data.skipBad { throw ExitCode(failure.rawValue) }
        if exitCode, anomalies > 0 { throw ExitCode(1) }
    }

    private func judge(
        _ name: String, _ judging: inout FileJudging, _ options: ReadingOptions
    ) {
        if name == "-" { return judging.judge(FilePath(name)) }
        do {
            let specification = try DatasetSpecification(name)
            if case .path(let text) = specification.source, specification.selection == .all {
                let (path, key) = DatasetSpecification.arrayPath(text)
                if fileKind(at: path) == .folder { return judging.judge(folder: path) }
                return judging.judge(path, key: key)
            }
            judging.judge(try data.library.load(specification, options))
        } catch { judging.refuse(name, error) }
    }
}
