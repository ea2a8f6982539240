import ArgumentParser
import Control
import Datasets
import Detection
import Files
import Formatting
import Foundation
import Inspection
import Platform
import Tensors
import Terminal
import VAE

/// `elbo recalibrate`: draws new bounds for a running daemon.
struct Recalibrate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Draw new bounds for a running daemon from live frames or from files.",
        discussion: """
            Shows the old and the new bounds, and how many of the last 10,000 frames would
            get another verdict; then swaps them between two frames.
              elbo recalibrate --live 5000             the next 5,000 frames are normal
              elbo recalibrate --live 5000 --source cam-1 --own
                                                       bounds for one source alone
              elbo recalibrate --images held-out.idx   images in files are
              elbo recalibrate --data DIR              so is the MNIST there, as when calibrating
              elbo recalibrate --live 5000 --dry-run   only look
              elbo recalibrate --cancel                end what somebody is gathering
            Live frames must be normal: whatever they show counts as normal afterwards. The few
            that score far from the others are left out; if there are many, or the frames are
            too few or too equal, nothing is changed unless --force says so. Gathering ends with
            this command, however that ends. elbo threshold rollback goes back.
            """)

    @OptionGroup var daemon: DaemonOptions
    @OptionGroup var data: DataOption
    @Option(help: ArgumentHelp("Take the next n frames as normal.", valueName: "n"))
    var live: Int?
    @Option(help: ArgumentHelp("Normal images in files.", valueName: "set"))
    var images: String?
    @Option(help: ArgumentHelp("Only frames of this source.", valueName: "name"))
    var source: String?
    @Flag(help: "Give --source bounds of its own, and leave those of the others.")
    var own = false
    @OptionGroup var rule: RuleOptions
    @Flag(help: "Only show what would change.")
    var dryRun = false
    @Flag(
        help: ArgumentHelp(
            "Take all frames as they are, few, equal or strange, and wait for a source that has never "
                + "sent."))
    var force = false
    @Flag(help: "End the gathering of frames, whoever began it.")
    var cancel = false

    func validate() throws {
        guard cancel != (live != nil || images != nil || data.data != nil) else {
            throw ValidationError("Name either --live n, --images set or --data dir, or --cancel.")
        }
        guard cancel || (live == nil) != (images == nil && data.data == nil) else {
            throw ValidationError("Name either --live n, or --images set or --data dir.")
        }
        if own, source == nil { throw ValidationError("--own needs --source.") }
    }

    func run() throws {
        try reporting {
            if cancel { return try endGathering() }
            let scope = ControlRequest.Scope(
                source: own ? source : nil, isDryRun: dryRun, isForced: force)
            let effect: CalibrationEffect
            if let live {
                let asked = try rule.change()
                let frames = LiveFrames(daemon: daemon, source: source, isForced: force)
                effect = try frames.gathered(live, isDryRun: dryRun) { ticket in
                    .adopt(asked, scope, ticket: ticket)
                }
            } else {
                effect = try daemon.ask(.calibrate(try calibrationFromFiles(), scope), seconds: 30)
            }
            if daemon.json { return try printJSON(effect) }
            print(effect.text(isDryRun: dryRun))
        }
    }

    private func endGathering() throws {
        let before = try daemon.status()
        let status: Status = try daemon.ask(.cancel)
        if daemon.json { return try printJSON(status) }
        print(before.collecting.map { "Ended: \($0.text)." } ?? "Nothing was being gathered.")
    }

    /// Scores the images here, with the daemon's own model.
    private func calibrationFromFiles() throws -> Calibration {
        let status = try daemon.status()
        let loaded = try LoadedPictureModel(directory: status.modelDirectory)
        guard VerdictEncoder.short(loaded.digest) == status.model else {
            throw Failure(
                "\(status.modelDirectory) holds another model than the daemon serves; reload first",
                .dataFormat)
        }
        let precision = Precision(rawValue: status.precision) ?? .fp32
        let computation = try loaded.calibration(
            in: status.modelDirectory, precision: precision
        ).calibration.computation
        let chosen = try loaded.model.images(
            images, standard: CalibrationOptions.standardImages, option: "--images")
        let set = try data.load([chosen], for: loaded.model)
        warnOfTrainingImages(in: set, loaded.model, consequence: "the bounds will be too narrow")
        // The daemon gives it its number.
        return try Calibration(
            scores: loaded.scores(of: set, by: computation),
            rule: rule.drawn(after: status.decidingRule),
            model: loaded.digest, data: set.identity,
            created: .now, revision: status.calibrationRevision + 1, computation: computation)
    }
}

extension Status {
    /// The rule in service; of daemons that do not say, μ ± kσ, which is all they know.
    fileprivate var decidingRule: DecisionRule {
        deciding ?? .sigma(score: ScoreFunction(rawValue: score) ?? .mse, k: k ?? 2)
    }
}

extension CalibrationEffect {
    /// For people.
    func text(isDryRun: Bool) -> String {
        func line(_ name: String, _ bounds: Bounds) -> String {
            "  \(name)  \(bounds.score) \(range(from: bounds.lower, to: bounds.upper))"
                + "\(bounds.rule.map { ", " + $0 } ?? ""), from \(grouped(bounds.n)) images: "
                + printable(bounds.data)
        }
        let share = recent > 0 ? 100 * Double(changed) / Double(recent) : 0
        let text = """
            \(line("old", old))
            \(line("new", new))
            Of the last \(grouped(recent)) frames \(grouped(changed)) (\(fixed(share, 2)) %) \
            \(isDryRun ? "would get" : "would have got") another verdict: \
            \(grouped(anomalousBefore)) anomalous before, \(grouped(anomalousAfter)) after
            \(isDryRun ? "Nothing was changed." : "Serving revision \(new.revision).")
            """
        return ([text] + (remarks ?? [])).joined(separator: "\n")
    }
}
