import ArgumentParser
import Control
import Detection
import Formatting
import VAE

extension Threshold {
    /// `elbo threshold what-if`.
    struct WhatIf: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "what-if",
            abstract: "Say what other rules and levels would do, from the scores that are kept.",
            discussion: """
                Nothing is changed and no image is needed. For each rule: the bounds, the
                share of normal images that it would call anomalous, where that share lies
                in 95 of 100 calibrations, and false alarms an hour.

                sigma is μ ± kσ, the rule in service. It promises no rate: a bell curve has
                4.6 % outside μ ± 2σ, errors of reconstruction mostly others, and a lower
                bound of 0 or less never fires. quantile is right in the mean over
                calibrations. certified keeps at most α with --confidence, over which
                images happened to be calibrated with; where there are too few for that it
                says how many it would take. tail extrapolates, and says between which
                bounds in 95 of 100 calibrations.

                All of it is for single images like those of the calibration. Frames that
                follow each other in a film are not independent, and a camera that has
                changed is another one.
                  elbo threshold what-if --model models/mnist --fps 25
                  elbo threshold what-if --model models/mnist --live
                """)

        @OptionGroup var model: ModelOption
        @OptionGroup var precision: PrecisionOption
        @Option(help: "The score (default: the one that decides).")
        var score: ScoreFunction?
        @Option(help: ArgumentHelp("Frames a second, for alarms an hour.", valueName: "n"))
        var fps = 25.0
        @Option(help: ArgumentHelp("Confidence of certified bounds.", valueName: "share"))
        var confidence = 0.99
        @Option(help: "On which side of the scores anomalies are: high, low or both.")
        var tails = DecisionRule.Tails.both
        @Flag(
            help: ArgumentHelp(
                "Also ask the running daemon what the last frames it scored, 10,000 at most, would have become."
            ))
        var live = false
        @OptionGroup var daemon: DaemonOptions

        /// Levels of quantile and certified.
        private static let levels = [0.05, 0.025, 0.01, 0.001]

        func validate() throws {
            guard fps > 0, fps.isFinite else {
                throw ValidationError("--fps is \(fps); it must be above 0.")
            }
            guard confidence > 0, confidence < 1 else {
                throw ValidationError("--confidence is \(confidence); it lies between 0 and 1.")
            }
        }

        func run() throws {
            try reporting {
                let calibration = try LoadedCalibration(
                    directory: model.model, model: try model.load(), precision: precision.precision
                ).calibration
                let function = score ?? calibration.rule.score
                guard calibration.samples[function] != nil else {
                    throw CalibrationError.unusable(
                        "the calibration holds no \(function.rawValue) scores")
                }
                let now = calibration.rule
                let table = Table(
                    calibration.samples, asNow: score == nil ? now : now.with(score: function),
                    confidence: confidence, tails)
                let effects = try live ? table.rows.map { try effect(of: $0.rule) } : []
                if daemon.json { return try print(json: table, effects) }
                print(table, effects, function, calibration)
            }
        }

        /// What the daemon says of its recent frames under another rule; nothing is changed.
        private func effect(of rule: DecisionRule) throws -> CalibrationEffect {
            try daemon.ask(
                .threshold(
                    .init(
                        score: rule.score, method: rule.method, others: rule.others,
                        health: rule.health), .init(isDryRun: true)), seconds: 30)
        }

        /// What each rule would do, or why it would not.
        private struct Table {
            var rows: [RuleForecast] = []
            var refusals: [(rule: DecisionRule, reason: String)] = []
            let n: Int

            init(
                _ samples: [ScoreFunction: ScoreSample], asNow: DecisionRule, confidence: Double,
                _ tails: DecisionRule.Tails
            ) {
                n = samples[asNow.score]?.n ?? 0
                var methods: [DecisionRule.Method] = [.sigma(k: 2), .sigma(k: 3)]
                methods += WhatIf.levels.map { .quantile(alpha: $0, tails: tails) }
                methods += WhatIf.levels.map {
                    .certified(alpha: $0, confidence: confidence, tails: tails)
                }
                methods += WhatIf.levels.suffix(2).map { .tail(alpha: $0, tails: tails) }
                if !methods.contains(asNow.method) { methods.insert(asNow.method, at: 0) }
                for method in methods {
                    let rule = asNow.with(method: method)
                    do throws(CalibrationError) {
                        rows.append(try RuleForecast(rule, over: samples))
                    } catch {
                        guard case .unusable(let reason) = error else { continue }
                        refusals.append((rule, reason))
                    }
                }
            }
        }

        private func print(
            _ table: Table, _ effects: [CalibrationEffect], _ function: ScoreFunction,
            _ calibration: Calibration
        ) {
            Swift.print(
                "\(grouped(table.n)) scores of \(function.rawValue), \(calibration.data.name), revision "
                    + "\(calibration.revision); at \(significant(fps)) frames/s")
            Swift.print(
                padded("rule", 24) + padded("normal", 32) + padded("false alarms", 14)
                    + padded("in 95 of 100", 20) + padded("alarms an hour", 16)
                    + (effects.first.map { "of \(grouped($0.recent)) recent frames" } ?? ""))
            for (place, row) in table.rows.enumerated() {
                Swift.print(
                    padded(row.rule.title, 24)
                        + padded(range(from: row.bounds.lowerIfAny, to: row.bounds.upperIfAny), 32)
                        + padded(percent(row.rate), 14)
                        + padded(share(row.range), 20)
                        + padded(
                            grouped(Int(row.alarmsPerHour(framesPerSecond: fps).rounded())), 16)
                        + (effects.isEmpty ? "" : grouped(effects[place].anomalousAfter)))
            }
            for row in table.rows {
                guard let interval = row.extrapolation else { continue }
                Swift.print(
                    "\(row.rule.title): extrapolated; the bound lies from "
                        + "\(significant(interval.lowerBound)) to \(significant(interval.upperBound)) "
                        + "in 95 of 100 calibrations")
            }
            for refusal in table.refusals {
                Swift.print("\(padded(refusal.rule.title, 24))none: \(refusal.reason)")
            }
            // Likelihoods of numbers between 0 and 1 may be above 1, and their negative logarithms below 0.
            guard function == .mse || function == .kl else { return }
            for row in table.rows where row.hasDeadLowerBound {
                Swift.print(
                    "\(row.rule.title): the lower bound can never fire, as no score is below 0")
            }
        }

        private func share(_ shares: ClosedRange<Double>) -> String {
            "\(percent(shares.lowerBound)) to \(percent(shares.upperBound))"
        }

        private func percent(_ share: Double) -> String { "\(fixed(share * 100, 2)) %" }

        /// A rule of `--json`, beside its parameters.
        private struct Line: Encodable {
            let rule: DecisionRule
            var bounds: ScoreBounds?
            var rate: Double?
            var range: [Double]?
            var alarmsPerHour: Double?
            var refused: String?
            var extrapolation: [Double]?
            var recent: Int?
            var recentAnomalous: Int?

            private enum CodingKeys: String, CodingKey {
                case rate, range, refused, lower, upper, extrapolation, recent
                case recentAnomalous = "recent_anomalous"
                case alarmsPerHour = "alarms_per_hour"
            }

            func encode(to encoder: any Encoder) throws {
                try rule.encode(to: encoder)
                var container = encoder.container(keyedBy: CodingKeys.self)
                try container.encodeIfPresent(bounds?.lowerIfAny, forKey: .lower)
                try container.encodeIfPresent(bounds?.upperIfAny, forKey: .upper)
                try container.encodeIfPresent(rate, forKey: .rate)
                try container.encodeIfPresent(range, forKey: .range)
                try container.encodeIfPresent(alarmsPerHour, forKey: .alarmsPerHour)
                try container.encodeIfPresent(refused, forKey: .refused)
                try container.encodeIfPresent(extrapolation, forKey: .extrapolation)
                try container.encodeIfPresent(recent, forKey: .recent)
                try container.encodeIfPresent(recentAnomalous, forKey: .recentAnomalous)
            }
        }

        private func print(json table: Table, _ effects: [CalibrationEffect]) throws {
            let rows = table.rows.enumerated().map { place, row in
                let effect = effects.isEmpty ? nil : effects[place]
                return Line(
                    rule: row.rule, bounds: row.bounds, rate: row.rate,
                    range: [row.range.lowerBound, row.range.upperBound],
                    alarmsPerHour: row.alarmsPerHour(framesPerSecond: fps),
                    extrapolation: row.extrapolation.map { [$0.lowerBound, $0.upperBound] },
                    recent: effect?.recent, recentAnomalous: effect?.anomalousAfter)
            }
            let refusals = table.refusals.map { Line(rule: $0.rule, refused: $0.reason) }
            try printJSON(rows + refusals)
        }
    }
}
