import ArgumentParser
import Control
import Formatting
import Platform
import VAE

/// `elbo threshold`: the bounds of a running daemon.
struct Threshold: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show, change or take back the bounds of a running daemon.",
        subcommands: [Show.self, Set.self, Rollback.self], defaultSubcommand: Show.self)

    /// `elbo threshold show`.
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show the bounds in service.")
        @OptionGroup var daemon: DaemonOptions

        func run() throws {
            try reporting {
                let effect: CalibrationEffect = try daemon.ask(
                    .threshold(.init(), .init(isDryRun: true)))
                if daemon.json { return try printJSON(effect.old) }
                let bounds = effect.old
                print(
                    "revision \(bounds.revision): \(bounds.score) from \(significant(bounds.lower)) "
                        + "to \(significant(bounds.upper)) is normal, k = \(bounds.k), from "
                        + "\(grouped(bounds.n)) images of \(printable(bounds.data))")
            }
        }
    }

    /// `elbo threshold set`.
    struct Set: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Draw other bounds from the scores the calibration keeps.",
            discussion: """
                No image is needed: every score of the calibration is kept.
                  elbo threshold set --sigma 3
                  elbo threshold set --score nll --dry-run
                """)
        @OptionGroup var daemon: DaemonOptions
        @Option(help: "The score that decides (default: as now).")
        var score: ScoreFunction?
        @Option(help: ArgumentHelp("k in μ ± kσ (default: as now).", valueName: "k"))
        var sigma: Double?
        @Flag(help: "Only show what would change.")
        var dryRun = false

        func validate() throws {
            if score == nil, sigma == nil {
                throw ValidationError("Name --score, --sigma or both.")
            }
        }

        func run() throws {
            try Threshold.change(
                .threshold(.init(score: score, k: sigma), .init(isDryRun: dryRun)),
                isDryRun: dryRun, daemon)
        }
    }

    /// `elbo threshold rollback`.
    struct Rollback: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Go back to the bounds before those in service.")
        @OptionGroup var daemon: DaemonOptions
        @Flag(help: "Only show what would change.")
        var dryRun = false

        func run() throws {
            try Threshold.change(
                .rollback(.init(isDryRun: dryRun)), isDryRun: dryRun, daemon)
        }
    }

    private static func change(
        _ request: ControlRequest, isDryRun: Bool, _ daemon: DaemonOptions
    ) throws {
        try reporting {
            let effect: CalibrationEffect = try daemon.ask(request, seconds: 30)
            if daemon.json { return try printJSON(effect) }
            print(effect.text(isDryRun: isDryRun))
        }
    }
}
