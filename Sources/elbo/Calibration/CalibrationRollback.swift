import ArgumentParser
import Control
import Detection
import Files
import Inspection
import Platform
import Tensors
import Terminal

extension CalibrationCommand {
    /// `elbo calibration rollback`.
    struct Rollback: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Go back to a calibration before the one in force.",
            discussion: """
                Of a model directory, it puts a calibration into force that elbo calibrate has
                kept there, the one before or that of --to, under the number that it had; elbo
                reload serves it. Without a directory it is elbo threshold rollback, of the
                daemon that runs.
                  elbo calibration list models/mine
                  elbo calibration rollback models/mine --to 3
                """)
        @Argument(help: "Model directory (default: what the daemon serves).")
        var directory: String?
        @Option(help: ArgumentHelp("Revision of the directory.", valueName: "revision"))
        var to: Int?
        @OptionGroup var precision: PrecisionOption
        @OptionGroup var daemon: DaemonOptions
        @OptionGroup var place: SourceOption
        @Flag(help: "Only show what would change.")
        var dryRun = false

        func validate() throws {
            if directory == nil, to != nil {
                throw ValidationError("--to names a revision of a directory; name that, too.")
            }
            if directory != nil, place.source != nil {
                throw ValidationError("--source is one of the daemon's; leave the directory out.")
            }
        }

        func run() throws {
            guard let directory else {
                return try Threshold.change(
                    .rollback(place.scope(isDryRun: dryRun)), isDryRun: dryRun, daemon)
            }
            try reporting {
                let folder = CalibrationFolder(
                    directory: directory, precision: precision.precision)
                guard fileKind(at: directory + "/model.safetensors") == .file else {
                    throw Failure(
                        "\(directory) holds no model; what a daemon keeps in its state directory is gone "
                            + "back to by elbo threshold rollback", .noInput)
                }
                try goBack(in: folder, for: LoadedPictureModel(directory: directory))
            }
        }

        private func goBack(in folder: CalibrationFolder, for model: LoadedPictureModel) throws {
            let current = try? LoadedCalibration(
                directory: folder.directory, model: model, precision: folder.precision)
            let revision = try to ?? previous(to: current, in: folder, for: model)
            guard folder.revisions().contains(revision) else {
                let kept = folder.revisions().map { "\($0)" }.joined(separator: ", ")
                throw Failure(
                    "\(folder.history) keeps no revision \(revision)"
                        + (kept.isEmpty ? "" : "; it keeps \(kept)"), .noInput)
            }
            let path = folder.path(of: revision)
            let bytes = try Calibration.bytes(ofFile: path)
            let found = CalibrationPlace.Found(
                loaded: try LoadedCalibration(bytes: bytes, model: model),
                path: dryRun ? path : folder.inForce, isInForce: !dryRun)
            if !dryRun {
                try keepInForce(in: folder)
                try save(bytes, to: folder.inForce)
            }
            let summary = CalibrationSummary(found)
            if daemon.json { return try printJSON(summary) }
            print(
                "\(dryRun ? "Would be in force" : "In force") in \(folder.directory): \(summary.line)"
            )
        }

        /// The last revision before the one in force that was made for the model.
        private func previous(
            to current: LoadedCalibration?, in folder: CalibrationFolder,
            for model: LoadedPictureModel
        ) throws -> Int {
            let limit = current?.calibration.revision ?? .max
            let earlier = folder.revisions().last { number in
                guard number < limit,
                    let bytes = try? Calibration.bytes(ofFile: folder.path(of: number))
                else { return false }
                return (try? LoadedCalibration(bytes: bytes, model: model)) != nil
            }
            guard let earlier else {
                throw Failure(
                    "\(folder.directory) keeps no calibration of its model before "
                        + (current.map { "revision \($0.calibration.revision)" } ?? "this one")
                        + " to go back to", .noInput)
            }
            return earlier
        }
    }
}
