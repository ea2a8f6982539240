import ArgumentParser
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
                says how many it would take.

                All of it is for single images like those of the calibration. Frames that
                follow each other in a film are not independent, and a camera that has
                changed is another one.
                  elbo threshold what-if --model models/mnist --fps 25
                """)

        @OptionGroup var model: ModelOption
        @OptionGroup var precision: PrecisionOption
        @Option(help: "The score (default: the one that decides).")
        var score: ScoreFunction?
        @Option(help: ArgumentHelp("Frames a second, for alarms an hour.", valueName: "n"))
        var fps = 25.0
        @Option(help: ArgumentHelp("Confidence of certified bounds.", valueName: "share"))
        var confidence = 0.99
        @Flag(help: "Print the result as JSON.")
        var json = false

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
                guard let sample = calibration.samples[function] else {
                    throw CalibrationError.unusable(
                        "the calibration holds no \(function.rawValue) scores")
                }
                let table = Table(
                    sample, ks: [2, 3, calibration.rule.k], levels: Self.levels,
                    confidence: confidence)
                json ? try print(json: table, function) : print(table, function, calibration)
            }
        }

        /// What each rule would do, or why it would not.
        private struct Table {
            var rows: [RuleForecast] = []
            var refusals: [(method: RuleForecast.Method, level: Double, reason: String)] = []
            let n: Int

            init(_ sample: ScoreSample, ks: [Double], levels: [Double], confidence: Double) {
                n = sample.n
                rows = Swift.Set(ks).sorted().map { sample.forecast(sigma: $0) }
                for level in levels {
                    do { rows.append(try sample.forecast(quantile: level)) } catch {
                        refuse(.quantile, level, error)
                    }
                }
                for level in levels {
                    do {
                        rows.append(try sample.forecast(certified: level, confidence: confidence))
                    } catch { refuse(.certified, level, error) }
                }
            }

            private mutating func refuse(
                _ method: RuleForecast.Method, _ level: Double, _ error: CalibrationError
            ) {
                guard case .unusable(let reason) = error else { return }
                refusals.append((method, level, reason))
            }
        }

        private func print(_ table: Table, _ function: ScoreFunction, _ calibration: Calibration) {
            Swift.print(
                "\(grouped(table.n)) scores of \(function.rawValue), \(calibration.data.name), revision "
                    + "\(calibration.revision); at \(significant(fps)) frames/s")
            Swift.print(
                padded("rule", 20) + padded("anomalous", 36) + padded("false alarms", 14)
                    + padded("in 95 of 100", 20) + "alarms an hour")
            for row in table.rows {
                let bounds =
                    (row.lower.map { "below \(significant($0)) or " } ?? "")
                    + "above \(significant(row.upper))"
                Swift.print(
                    padded(name(row.method, row.level), 20) + padded(bounds, 36)
                        + padded(percent(row.rate), 14)
                        + padded(range(row.range), 20)
                        + grouped(Int(row.alarmsPerHour(framesPerSecond: fps).rounded())))
            }
            for refusal in table.refusals {
                let name = padded(name(refusal.method, refusal.level), 20)
                Swift.print("\(name)none: \(refusal.reason)")
            }
            // Likelihoods of numbers between 0 and 1 may be above 1, and their negative logarithms below 0.
            guard function == .mse || function == .kl else { return }
            for row in table.rows where row.hasDeadLowerBound {
                let name = name(row.method, row.level)
                Swift.print("\(name): the lower bound can never fire, as no score is below 0")
            }
        }

        private func name(_ method: RuleForecast.Method, _ level: Double) -> String {
            method == .sigma
                ? "μ ± \(trimmed(level))σ" : "\(method.rawValue) \(trimmed(level * 100)) %"
        }

        private func trimmed(_ number: Double) -> String {
            number == number.rounded() ? "\(Int(number))" : "\((number * 1000).rounded() / 1000)"
        }

        private func range(_ shares: ClosedRange<Double>) -> String {
            "\(percent(shares.lowerBound)) to \(percent(shares.upperBound))"
        }

        private func percent(_ share: Double) -> String { "\(fixed(share * 100, 2)) %" }

        /// A rule of `--json`.
        private struct Line: Encodable {
            let rule: RuleForecast.Method
            let level: Double
            var lower: Double?
            var upper: Double?
            var rate: Double?
            var range: [Double]?
            var alarmsPerHour: Double?
            var refused: String?

            private enum CodingKeys: String, CodingKey {
                case rule, level, lower, upper, rate, range, refused
                case alarmsPerHour = "alarms_per_hour"
            }
        }

        private func print(json table: Table, _ function: ScoreFunction) throws {
            let rows = table.rows.map { row in
                Line(
                    rule: row.method, level: row.level, lower: row.lower, upper: row.upper,
                    rate: row.rate, range: [row.range.lowerBound, row.range.upperBound],
                    alarmsPerHour: row.alarmsPerHour(framesPerSecond: fps))
            }
            let refusals = table.refusals.map {
                Line(rule: $0.method, level: $0.level, refused: $0.reason)
            }
            try printJSON(rows + refusals)
        }
    }
}
