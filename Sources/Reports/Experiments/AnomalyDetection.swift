public import Datasets
public import Detection
public import Drawing
import Formatting
import Glibc
public import VAE

/// What a calibrated model says about normal and anomalous images it has never met.
public struct AnomalyDetection: Sendable {
    /// Outcomes by rule.
    public let numbers: Numbers
    private let calibration: Calibration
    private let normal: [Scores]
    private let anomalous: [Scores]

    /// What every stored rule does.
    public struct Numbers: Sendable, Encodable {
        /// What the bounds were drawn from.
        public let calibration: String
        /// The normal images that were judged.
        public let normal: String
        /// The anomalous images that were judged.
        public let anomalous: String
        /// The score that decides.
        public let score: ScoreFunction
        /// How its bounds were drawn, as `μ ± 2σ`.
        public let rule: String
        /// One outcome for each score the calibration holds.
        public let rules: [RuleOutcome]
        /// The 95 % Wilson interval of the deciding rule's rate of false alarms.
        public let falseAlarmInterval: [Double]
        /// The share of normal images inside, as the paper reports it.
        public let paperInside: Double

        /// The outcome of the rule that decides.
        public var deciding: RuleOutcome {
            guard let rule = rules.first(where: { $0.score == score }) else {
                preconditionFailure("a calibration holds its own score")
            }
            return rule
        }
    }

    /// Judges both sets, of the model's size.
    public init(
        _ loaded: LoadedModel, _ calibration: Calibration, normal: ImageSet, anomalous: ImageSet
    ) {
        // As the daemon scores: with its engine, in the precision that was calibrated.
        let engine = ScoringEngine(
            loaded.model, by: calibration.computation, computing: calibration.held, capacity: 256)
        self.init(
            calibration,
            normal: (normal.name, engine.scores(ofImages: normal.pixels, count: normal.count)),
            anomalous: (
                anomalous.name, engine.scores(ofImages: anomalous.pixels, count: anomalous.count)
            ))
    }

    /// Compares the scores of two sets, by their names.
    public init(
        _ calibration: Calibration, normal: (name: String, scores: [Scores]),
        anomalous: (name: String, scores: [Scores])
    ) {
        (self.normal, self.anomalous) = (normal.scores, anomalous.scores)
        self.calibration = calibration
        let rules = calibration.outcomes(normal: self.normal, anomalous: self.anomalous)
        let alarms = rules.first { $0.score == calibration.rule.score }?.falseAlarms ?? 0
        let interval = Evaluation.wilsonInterval(hits: alarms, trials: normal.scores.count)
        numbers = Numbers(
            calibration: calibration.data.name, normal: normal.name, anomalous: anomalous.name,
            score: calibration.rule.score, rule: calibration.rule.title, rules: rules,
            falseAlarmInterval: [interval.lowerBound, interval.upperBound],
            paperInside: Paper.inside)
    }

    /// How the deciding score is distributed over the three sets, with the bounds.
    public var histogram: Figure {
        let function = calibration.rule.score
        let (bounds, sample) = (calibration.bounds, calibration.sample)
        let sets = [
            ("calibration", sample.sorted), ("held-out normal", normal.map { $0[function] }),
            ("anomalous", anomalous.map { $0[function] }),
        ]
        let all = sets.flatMap(\.1).filter(\.isFinite).map(Double.init)
        let scale = Scale.forScores((all.min() ?? 0)...(all.max() ?? 1))
        let edges = scale.edges(100)
        let heights = sets.map { shares($0.1, scale, bins: 100) }
        var chart = Chart(
            x: Axis(function.axisLabel, scale),
            y: Axis(
                "share of images per bin, %",
                .linear(0...(heights.flatMap { $0 }.max() ?? 1) * 1.08)),
            width: 760, height: 380,
            legend: sets.enumerated().map {
                Chart.Key(series: $0.offset, sample: .area, text: $0.element.0)
            })
        for (series, heights) in heights.enumerated() {
            chart.steps(edges: edges, heights: heights, series: series)
        }
        let k = calibration.rule.k.map { number($0) }
        let (below, above) = (k.map { "μ − \($0)σ = " } ?? "", k.map { "μ + \($0)σ = " } ?? "")
        let lower = bounds.lowerIfAny.map { "\(below)\(significantText($0))" } ?? ""
        let isLowerShown = bounds.lower > scale.range.lowerBound
        if isLowerShown { chart.verticalMark(at: bounds.lower, lower, anchor: .end) }
        chart.verticalMark(at: sample.mu, "μ", anchor: .end)
        if let upper = bounds.upperIfAny {
            chart.verticalMark(at: upper, "\(above)\(significantText(upper))")
        }
        let note =
            isLowerShown || lower.isEmpty ? "" : "; the lower one, \(lower), lies below every score"
        return Figure(
            "Distribution of \(function.rawValue) over the images of calibration, held-out normal "
                + "ones and anomalous ones, with the bounds\(note)", chart.drawing)
    }

    /// How many anomalous images are found at each rate of false alarms, whatever the bounds.
    public var roc: Figure {
        let functions = numbers.rules.map(\.score)
        let least = 1 / Double(normal.count)
        let curves = functions.map { function in
            rocPoints(
                normal: normal.map { $0[function] }, anomalous: anomalous.map { $0[function] },
                least: least)
        }
        let lowest = curves.compactMap(\.first?.y).min() ?? 0
        var chart = Chart(
            x: Axis(
                "false alarms, share of normal images (logarithmic)", .logarithmic(least...1)),
            y: Axis("found, share of anomalous images", .linear(max(0, lowest - 0.05)...1)),
            legend: functions.enumerated().map { index, function in
                Chart.Key(
                    series: index, sample: .line,
                    text: "\(function.rawValue) \(fixed(numbers.rules[index].auroc, 4))")
            })
        for (series, curve) in curves.enumerated() { chart.curve(curve, series: series) }
        let rule = numbers.deciding
        let at = chart.point(max(rule.falseAlarmRate, least), rule.flaggedRate)
        chart.dots(
            [(max(rule.falseAlarmRate, least), rule.flaggedRate)], radius: 5,
            series: functions.firstIndex(of: rule.score) ?? 0)
        chart.label("in service", x: at.x + 9, y: at.y + 14)
        return Figure(
            "Share of anomalous images found over the share of false alarms, by score, with the area "
                + "under each curve", chart.drawing)
    }

    /// The share of values in each bin, in percent.
    private func shares(_ values: [Float], _ scale: Scale, bins: Int) -> [Double] {
        var counts = [Double](repeating: 0, count: bins)
        for value in values where value.isFinite {
            counts[min(bins - 1, Int(scale.position(Double(value)) * Double(bins)))] += 1
        }
        return counts.map { 100 * $0 / Double(values.count) }
    }
}

extension Scale {
    /// Errors of strangers are tens of times those of normal images: equal ratios show both.
    fileprivate static func forScores(_ range: ClosedRange<Double>) -> Scale {
        range.lowerBound > 0 ? .logarithmic(range) : .linear(range)
    }

    /// The ends of bins that are equally wide on the axis.
    fileprivate func edges(_ bins: Int) -> [Double] {
        let (low, high) = (range.lowerBound, range.upperBound)
        return (0...bins).map { index in
            let share = Double(index) / Double(bins)
            return isLogarithmic ? low * pow(high / low, share) : low + (high - low) * share
        }
    }
}

/// Points of the curve, few enough to draw: one per visible step of the logarithmic axis.
public func rocPoints(
    normal: [Float], anomalous: [Float], least: Double
) -> [(x: Double, y: Double)] {
    let normal = normal.sorted(by: >)
    let anomalous = anomalous.sorted(by: >)
    var points: [(x: Double, y: Double)] = []
    var (found, lastX) = (0, 0.0)
    for (index, threshold) in normal.enumerated() {
        while found < anomalous.count, anomalous[found] > threshold { found += 1 }
        // Below this threshold lie the alarms up to here; the curve is a staircase.
        let x = Double(index + 1) / Double(normal.count)
        if index == 0 || log(x / lastX) > 0.01 || index == normal.count - 1 {
            points.append((max(x, least), Double(found) / Double(anomalous.count)))
            lastX = x
        }
    }
    points.append((1, 1))
    return points
}

extension ScoreFunction {
    /// What it is, with its unit, for an axis.
    var axisLabel: String {
        switch self {
        case .mse: "mean squared error of reconstruction, pixels in [0, 1]"
        case .nll: "cross-entropy of reconstruction, nats per image"
        case .kl: "KL divergence from the prior, nats per image"
        case .elbo: "negative evidence lower bound at z = μ, nats per image"
        case .excess: "cross-entropy of reconstruction less the image's entropy, nats per image"
        case .residual: "Pearson residual of reconstruction, per pixel"
        case .brighter: "mean squared error where brighter than reconstructed"
        case .darker: "mean squared error where darker than reconstructed"
        case .patch: "mean squared error of the worst 3 × 3 pixels"
        case .code: "length of the posterior mean"
        case .spread: "length of the posterior deviation"
        case .latent: "distance of the posterior mean"
        case .brightness: "mean pixel, in [0, 1]"
        case .contrast: "standard deviation of pixels"
        case .peak: "largest pixel, in [0, 1]"
        case .black: "share of black pixels"
        case .white: "share of white pixels"
        case .grey: "share of pixels neither black nor white"
        case .across: "mean difference of pixels side by side"
        case .down: "mean difference of pixels one below the other"
        case .sharpness: "difference of neighbouring pixels over brightness"
        case .ripple: "mean Laplacian"
        case .spike: "largest Laplacian"
        case .border: "mean pixel along the border"
        case .entropy: "entropy of the pixels, nats per image"
        case .entropyPatch: "entropy of the 5 × 5 pixels with the most, nats"
        case .gap: "what the darkest line lacks"
        case .acuity: "mean Laplacian over mean difference of neighbours"
        case .smoothness: "share of places without noise"
        case .extent: "side of the box around all edges, of the image's"
        case .noise: "estimated deviation of noise"
        case .sap: "squared differences along the encoder's layers (SAP)"
        case .nap: "differences along the encoder's layers, whitened (NAP)"
        case .camera: "statistics of pixels together, −log₁₀ p"
        case .extreme: "oddest statistic of pixels, −log₁₀ p"
        case .line: "missing line, −log₁₀ p"
        case .surplus: "more than the model explains, −log₁₀ p"
        case .meaning: "meaning, −log₁₀ p"
        case .fused: "all parts, −log₁₀ p"
        case .worstPlaces: "mean error of the worst places, of what is usual there"
        case .worstPlace: "error of the worst place, of what is usual there"
        }
    }
}

/// Three significant digits, for captions.
func significantText(_ value: Double) -> String {
    guard value != 0, value.isFinite else { return "0" }
    return fixed(value, max(0, 2 - Int(floor(log10(abs(value))))))
}
