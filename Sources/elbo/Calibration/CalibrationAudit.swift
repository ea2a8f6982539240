import ArgumentParser
import Datasets
import Detection
import Formatting
import Terminal
import VAE

extension CalibrationCommand {
    /// `elbo calibration audit`.
    struct Audit: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Say whether images, in their order, still are like those of the calibration.",
            discussion: """
                Bets on how often scores exceed those of the calibration, image by image; a
                million to one gives the calibration up, which happens once in a million
                streams of images like those of a calibration whose bounds hold.

                Images must be independent: of a film take every n-th frame (--thin).
                  elbo calibration audit --model models/mnist --images 'mnist:t10k[odd]'
                  elbo calibration audit --model models/mine --images monday/ --thin 25
                """)
        @OptionGroup var model: ModelOption
        @OptionGroup var precision: PrecisionOption
        @OptionGroup var data: DataOption
        @Option(
            parsing: .upToNextOption,
            help: ArgumentHelp(
                "Images in the order in which they were taken, one or several: \(DataOption.sets).",
                valueName: "set"))
        var images: [String]
        @Option(help: ArgumentHelp("Audit every n-th image.", valueName: "n"))
        var thin = 1
        @Flag(help: "Exit with 1 if the calibration is given up.")
        var exitCode = false
        @Flag(help: "Print the result as JSON.")
        var json = false

        func validate() throws {
            guard thin > 0 else { throw ValidationError("--thin is \(thin); it is 1 or more.") }
        }

        private struct JSON: Encodable {
            let images: String
            let count: Int
            let audited: Int
            let score: String
            let revision: Int
            let valid: Bool
            let alarm: ExceedanceAudit.Alarm?
        }

        func run() throws {
            var isValid = true
            try reporting {
                let loaded = try model.load()
                let calibration = try LoadedCalibration(
                    directory: model.model, model: loaded, precision: precision.precision
                ).calibration
                let set = try data.load(images, for: loaded.model)
                let score = calibration.rule.score
                var audit = ExceedanceAudit(AuditPlan(calibration.sample))
                let scores = try loaded.scores(
                    of: set, by: calibration.computation, computing: calibration.needed)
                for index in stride(from: 0, to: scores.count, by: thin)
                where audit.note(scores[index][score]) != nil {
                    break
                }
                isValid = audit.alarm == nil
                if json {
                    return try printJSON(
                        JSON(
                            images: set.name, count: set.count, audited: audit.frames,
                            score: score.rawValue, revision: calibration.revision,
                            valid: isValid, alarm: audit.alarm))
                }
                guard let alarm = audit.alarm else {
                    return print(
                        "\(grouped(audit.frames)) of \(set.name): nothing tells them from the "
                            + "\(grouped(calibration.sample.n)) images of revision \(calibration.revision)"
                    )
                }
                print(
                    "Given up at image \(grouped(alarm.frames)) of \(set.name): \(alarm.text). What "
                        + "revision \(calibration.revision) promises holds no longer; calibrate with "
                        + "images like these if they are normal")
            }
            if exitCode, !isValid { throw ExitCode(1) }
        }
    }
}
