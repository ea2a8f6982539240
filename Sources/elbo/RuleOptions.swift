public import ArgumentParser
public import Detection
import Formatting
import VAE

extension DecisionRule.Tails: ExpressibleByArgument {}

/// The name of a rule.
enum RuleName: String, ExpressibleByArgument, CaseIterable {
    case sigma, quantile, certified, fixed
}

/// By which rule bounds are drawn from scores; what is not given stays as it is.
struct RuleOptions: ParsableArguments {
    @Option(help: "The score that decides (default: mse; of a running daemon as now).")
    var score: ScoreFunction?
    @Option(
        help: ArgumentHelp(
            "sigma (μ ± kσ), quantile (--alpha of normal images, in the mean over calibrations), certified (at most --alpha, with --confidence) or fixed (--lower, --upper) (default: sigma; of a running daemon as now)."
        ))
    var rule: RuleName?
    @Option(
        help: ArgumentHelp("k in μ ± kσ (default: 2).", valueName: "k"))
    var sigma: Double?
    @Option(
        help: ArgumentHelp(
            "The share of normal images that are called anomalous, as 0.01, for quantile and certified.",
            valueName: "share"))
    var alpha: Double?
    @Option(
        help: ArgumentHelp(
            "How sure certified bounds are to keep --alpha (default: 0.99).", valueName: "share"))
    var confidence: Double?
    @Option(
        help: ArgumentHelp(
            "Where anomalies are looked for by quantile and certified: high scores, low ones (images explained suspiciously well, as blank ones are) or both (default)."
        ))
    var tails: DecisionRule.Tails?
    @Option(help: ArgumentHelp("Below it a score is anomalous, by fixed.", valueName: "score"))
    var lower: Double?
    @Option(help: ArgumentHelp("Above it a score is anomalous, by fixed.", valueName: "score"))
    var upper: Double?

    func validate() throws { _ = try method() }

    /// Whether nothing is given.
    var isEmpty: Bool { score == nil && (try? method()) == .some(nil) }

    /// How bounds are drawn, if that is given.
    func method() throws -> DecisionRule.Method? {
        let shares = alpha != nil || confidence != nil || tails != nil
        let isFixed = lower != nil || upper != nil
        let name: RuleName? =
            rule
            ?? (sigma != nil ? .sigma : isFixed ? .fixed : confidence != nil ? .certified : nil)
        guard let name else {
            if shares {
                throw ValidationError(
                    "Say which rule --alpha is for: --rule quantile or --rule certified.")
            }
            return nil
        }
        try refuse(sigma != nil && name != .sigma, "--sigma", name)
        try refuse(isFixed && name != .fixed, "--lower or --upper", name)
        try refuse(
            shares && name != .quantile && name != .certified, "--alpha, --confidence or --tails",
            name)
        try refuse(confidence != nil && name != .certified, "--confidence", name)
        switch name {
        case .sigma: return .sigma(k: sigma ?? 2)
        case .fixed:
            guard isFixed else {
                throw ValidationError("--rule fixed needs --lower, --upper or both.")
            }
            return .fixed(lower: lower, upper: upper)
        case .quantile, .certified:
            guard let alpha else {
                throw ValidationError("--rule \(name.rawValue) needs --alpha, as 0.01.")
            }
            guard alpha > 0, alpha < 1 else {
                throw ValidationError("--alpha is \(alpha); a share lies between 0 and 1.")
            }
            let confidence = confidence ?? DecisionRule.Parameters.confidence
            guard confidence > 0, confidence < 1 else {
                throw ValidationError("--confidence is \(confidence); it lies between 0 and 1.")
            }
            let tails = tails ?? .both
            return name == .quantile
                ? .quantile(alpha: alpha, tails: tails)
                : .certified(alpha: alpha, confidence: confidence, tails: tails)
        }
    }

    private func refuse(_ isWrong: Bool, _ options: String, _ name: RuleName) throws {
        if isWrong { throw ValidationError("--rule \(name.rawValue) has no \(options).") }
    }

    /// The rule: as given, and otherwise as the one `before`, or the paper's.
    func drawn(after before: DecisionRule = .paper) throws -> DecisionRule {
        try before.changed(score: score, method: method())
    }
}
