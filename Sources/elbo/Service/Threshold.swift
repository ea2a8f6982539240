import ArgumentParser
import Control
import Detection
import Formatting
import Platform
import VAE

/// `elbo threshold`: the bounds of a running daemon.
struct Threshold: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show, change or take back the bounds of a running daemon.",
        discussion: """
            Without --source these are the bounds of all sources that have none of their own;
            bounds of their own stay as they are.
            """,
        subcommands: [Show.self, List.self, Set.self, Rollback.self, Remove.self, WhatIf.self],
        defaultSubcommand: Show.self)

    /// `elbo threshold show`.
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show the bounds in service.")
        @OptionGroup var daemon: DaemonOptions
        @OptionGroup var place: SourceOption

        func run() throws {
            try reporting {
                let bounds = try daemon.bounds(of: place.source)
                if daemon.json { return try printJSON(bounds) }
                print(bounds.text)
                guard place.source == nil else { return }
                let others = try daemon.status().ownBounds
                if !others.isEmpty {
                    print(
                        "Bounds of their own: \(others.joined(separator: ", ")); elbo threshold list "
                            + "shows them")
                }
            }
        }
    }

    /// `elbo threshold list`.
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the bounds in service, those of single sources too.")
        @OptionGroup var daemon: DaemonOptions

        /// The bounds of one source, or of all others.
        private struct Line: Encodable {
            let source: String?
            let bounds: CalibrationEffect.Bounds
        }

        func run() throws {
            try reporting {
                let sources = [nil] + (try daemon.status().ownBounds.map(Optional.some))
                let lines = try sources.map {
                    Line(source: $0, bounds: try daemon.bounds(of: $0))
                }
                if daemon.json { return try printJSON(lines) }
                for line in lines { print("\(line.source ?? "all others"): \(line.bounds.text)") }
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
                  elbo threshold set --rule certified --alpha 0.01 --confidence 0.99
                  elbo threshold set --rule quantile --alpha 0.01 --tails high
                  elbo threshold set --upper 0.02
                  elbo threshold set --score nll --dry-run
                  elbo threshold set --rule tail --alpha 0.0001 --tails high
                  elbo threshold set --rule certified --alpha 0.02 --any-of mse,nap
                  elbo threshold set --health none
                  elbo threshold set --sigma 3 --source cam-1
                A source without bounds of its own gets them, from the common scores.
                """)
        @OptionGroup var daemon: DaemonOptions
        @OptionGroup var place: SourceOption
        @OptionGroup var rule: RuleOptions
        @Flag(help: "Only show what would change.")
        var dryRun = false

        func validate() throws {
            if rule.isEmpty {
                throw ValidationError(
                    "Name another --score or another rule, such as --sigma 3, or --health.")
            }
        }

        func run() throws {
            try Threshold.change(
                .threshold(
                    try rule.change(), place.scope(isDryRun: dryRun)),
                isDryRun: dryRun, daemon)
        }
    }

    /// `elbo threshold rollback`.
    struct Rollback: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Go back to the bounds before those in service.",
            discussion: """
                They come back under the number that they had. A source that had no bounds of its
                own before goes by the common ones again.
                """)
        @OptionGroup var daemon: DaemonOptions
        @OptionGroup var place: SourceOption
        @Flag(help: "Only show what would change.")
        var dryRun = false

        func run() throws {
            try Threshold.change(
                .rollback(place.scope(isDryRun: dryRun)), isDryRun: dryRun, daemon)
        }
    }

    /// `elbo threshold remove`.
    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take the bounds of one source away: it goes by the common ones then.")
        @OptionGroup var daemon: DaemonOptions
        @Option(help: ArgumentHelp("Whose bounds.", valueName: "name"))
        var source: String
        @Flag(help: "Only show what would change.")
        var dryRun = false

        func run() throws {
            try Threshold.change(
                .remove(.init(source: source, isDryRun: dryRun)), isDryRun: dryRun, daemon)
        }
    }

    static func change(
        _ request: ControlRequest, isDryRun: Bool, _ daemon: DaemonOptions
    ) throws {
        try reporting {
            let effect: CalibrationEffect = try daemon.ask(request, seconds: 30)
            if daemon.json { return try printJSON(effect) }
            print(effect.text(isDryRun: isDryRun))
        }
    }
}

/// Whose bounds.
struct SourceOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The bounds of this source alone (default: of all without bounds of their own).",
            valueName: "name"))
    var source: String?

    func scope(isDryRun: Bool) -> ControlRequest.Scope {
        .init(source: source, isDryRun: isDryRun)
    }
}

extension DaemonOptions {
    /// The bounds in service for a source, or the common ones.
    fileprivate func bounds(of source: String?) throws -> CalibrationEffect.Bounds {
        let effect: CalibrationEffect = try ask(
            .threshold(.init(), .init(source: source, isDryRun: true)))
        return effect.old
    }
}

extension CalibrationEffect.Bounds {
    /// For people.
    fileprivate var text: String {
        let made = created.map { ", made\(how.map { " by \($0)" } ?? "") at \($0)" } ?? ""
        return
            "revision \(revision): \(score) \(range(from: lower, to: upper)) is normal"
            + "\(rule.map { ", " + $0 } ?? ""), from \(grouped(n)) images of \(data)\(made)"
    }
}
