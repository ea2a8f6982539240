import ArgumentParser
import Detection
import Files
import Formatting
import FoundationEssentials
import Inspection
import Platform
import Reports
import Tensors
import Terminal
import VAE
import VAETraining

/// `elbo report`: everything there is to show of a model, on one page.
struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Show everything about a model on one self-contained page, and as JSON.",
        discussion: """
            Reconstruction, latent space, interpolation, robustness to noise, anomaly
            detection, faults, generation, training and origin:
              elbo report --model models/mnist --out report.html
            report.json beside the page holds every number.

            A picture of a plane needs a model with two latent units, images on request
            need a conditional one, and removing noise one trained for it. They are looked
            for beside the model, as models/mnist-2d, -conditional and -denoising.

            Of an inspection model the page shows what is caught and what is missed, and maps:
              elbo report --model models/parts --normal good --anomalous bad
            """)

    @OptionGroup var model: ModelOption
    @OptionGroup var data: DataOption
    @Option(help: ArgumentHelp("Page to write; its name ends in .html.", valueName: "file"))
    var out = "report.html"
    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Images to look with, one or several: \(DataOption.sets) (default: mnist:t10k).",
            valueName: "set"))
    var images: [String] = []
    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Normal images, untouched so far (default: mnist:t10k[odd]).",
            valueName: "set"))
    var normal: [String] = []
    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Anomalous images (default: fashion-mnist:t10k).", valueName: "set"))
    var anomalous: [String] = []
    @Option(help: ArgumentHelp("A model with two latent units.", valueName: "dir"))
    var plane: String?
    @Option(help: ArgumentHelp("A conditional model.", valueName: "dir"))
    var conditional: String?
    @Option(help: ArgumentHelp("A model trained to remove noise.", valueName: "dir"))
    var denoising: String?
    @Flag(help: "Print where the files are as JSON; the numbers are in one of them.")
    var json = false

    /// What `--json` prints, on one line.
    private struct Written: Encodable {
        let page: String
        let numbers: String
    }

    func validate() throws {
        guard out.hasSuffix(".html"), out != ".html" else {
            throw ValidationError("--out \(out) must end in .html; the numbers go into .json.")
        }
    }

    func run() throws {
        try reporting {
            let loaded = try LoadedPictureModel(directory: model.model)
            if let inspection = loaded.inspection { return try inspect(loaded, inspection) }
            let start = ContinuousClock.now
            let input = try loadInput()
            var steps = 0
            let report = try Report(input, command: commandLine, created: .now) { title in
                steps += 1
                let seconds = fixed((ContinuousClock.now - start) / .seconds(1), 1)
                note("[\(steps)/8] \(padded(title, 26)) \(padded(seconds, 5, left: true)) s\n")
            }
            try write(report.html, report.encodedNumbers())
        }
    }

    private func write(_ html: String, _ encoded: [UInt8]) throws {
        let numbers = String(out.dropLast(5)) + ".json"
        try save(encoded, to: numbers)
        try save([UInt8](html.utf8), to: out)
        if json { return try printJSONLine(Written(page: out, numbers: numbers)) }
        let bytes = grouped((html.utf8.count + 1023) / 1024)
        print("Wrote \(out) (\(bytes) KiB) and \(numbers)")
    }

    /// Shows what an inspection model finds, and where.
    private func inspect(_ loaded: LoadedPictureModel, _ inspection: InspectionModel) throws {
        guard !normal.isEmpty, !anomalous.isEmpty else {
            throw Failure(
                "name pictures that took no other part, by --normal and --anomalous", .usage)
        }
        let calibration = try loaded.calibration(in: model.model, precision: .fp32)
        let judge = { (names: [String]) in
            let set = try data.load(names, for: inspection)
            let findings = inspection.judged(set, by: .fp32, threads: usableThreads) {
                InspectedPictures.Finding(scores: $1, map: $0.map(ofRow: 0))
            }
            return InspectedPictures(set, findings, by: calibration.calibration)
        }
        let report = InspectionReport(
            model.model, loaded, calibration, normal: try judge(normal),
            anomalous: try judge(anomalous), command: commandLine, created: .now)
        try write(report.html, report.encodedNumbers())
    }

    private func loadInput() throws -> ReportInput {
        let main = try reportModel(model.model)
        try main.loaded.requireUnconditional()
        let calibration = try LoadedCalibration(directory: model.model, model: main.loaded)
        let load = { (names: [String], standard: String, option: String) in
            try data.load(
                main.loaded.model.images(names, standard: standard, option: option),
                for: main.loaded.model)
        }
        var input = ReportInput(
            main: main, calibration: calibration,
            images: try load(images, "mnist:t10k", "--images"),
            normal: try load(normal, "mnist:t10k[odd]", "--normal"),
            anomalous: try load(anomalous, "fashion-mnist:t10k", "--anomalous"))
        warnOfTrainingImages(
            in: input.normal, main.loaded.model,
            consequence: "the false alarms on the page are fewer than on others")
        input.plane = try sibling(plane, "2d")
        input.conditional = try sibling(conditional, "conditional")
        input.denoising = try sibling(denoising, "denoising")
        return input
    }

    /// The model asked for, or the one that stands beside the main one.
    private func sibling(_ given: String?, _ suffix: String) throws -> ReportModel? {
        if let given { return try reportModel(given) }
        let name = model.model.hasSuffix("/") ? String(model.model.dropLast()) : model.model
        let path = "\(name)-\(suffix)"
        guard fileKind(at: LoadedModel.path(in: path)) == .file else { return nil }
        return try reportModel(path)
    }

    private func reportModel(_ directory: String) throws -> ReportModel {
        // A model made elsewhere has no history, and that is no reason to hide it.
        let bytes = try? readFile(directory + "/training.json", limit: 1 << 24)
        let history = bytes.flatMap {
            try? JSONDecoder().decode([EpochRecord].self, from: Data($0))
        }
        let loaded = try LoadedModel(directory: directory)
        return ReportModel(
            name: directory, loaded: loaded, history: history ?? [],
            trainingCommand: Train.command(for: loaded.model, out: directory))
    }

    private var commandLine: String {
        (["elbo"] + CommandLine.arguments.dropFirst()).joined(separator: " ")
    }
}
