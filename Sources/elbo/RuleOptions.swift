public import ArgumentParser
public import Detection
import Formatting
import Frames
import VAE

extension DecisionRule.Tails: ExpressibleByArgument {}

/// The name of a rule.
enum RuleName: String, ExpressibleByArgument, CaseIterable {
    case sigma, quantile, certified, tail, fixed
}

/// By which rule bounds are drawn from scores; what is not given stays as it is.
struct RuleOptions: ParsableArguments {
    @Option(help: "The score that decides (default: mse; of a running daemon as now).")
    var score: ScoreFunction?
    @Option(
        help: ArgumentHelp(
            "sigma (μ ± kσ), quantile (--alpha of normal images, in the mean over calibrations), certified (at most --alpha, with --confidence), tail (--alpha, extrapolated by a generalised Pareto distribution: no promise) or fixed (--lower, --upper) (default: sigma; of a running daemon as now)."
        ))
    var rule: RuleName?
    @Option(
        help: ArgumentHelp("k in μ ± kσ (default: 2).", valueName: "k"))
    var sigma: Double?
    @Option(
        help: ArgumentHelp(
            "The share of normal images that are called anomalous, as 0.01, for quantile, certified and tail.",
            valueName: "share"))
    var alpha: Double?
    @Option(
        help: ArgumentHelp(
            "How sure certified bounds are to keep --alpha (default: 0.99).", valueName: "share"))
    var confidence: Double?
    @Option(
        help: ArgumentHelp(
            "Where anomalies are looked for by quantile, certified and tail: high scores, low ones (images explained suspiciously well, as blank ones are) or both (default)."
        ))
    var tails: DecisionRule.Tails?
    @Option(help: ArgumentHelp("Below it a score is anomalous, by fixed.", valueName: "score"))
    var lower: Double?
    @Option(help: ArgumentHelp("Above it a score is anomalous, by fixed.", valueName: "score"))
    var upper: Double?

    @Option(
        help: ArgumentHelp(
            "Several scores, any of which may call an image anomalous, with α divided among them.",
            valueName: "score,…"))
    var anyOf: String?
    @Option(
        help: ArgumentHelp(
            "What is looked for in the pixels before any score: all, none, or some of \(FrameFault.names) (default: all; of a running daemon as now).",
            valueName: "fault,…"))
    var health: String?

    func validate() throws { _ = try change() }

    /// Whether nothing is given.
    var isEmpty: Bool { (try? change())?.isEmpty ?? false }

    /// What is given.
    func change() throws -> DecisionRule.Change {
        let scores = try anyOf.map { try Self.scores($0) }
        if score != nil, scores != nil {
            throw ValidationError("Give --score or --any-of; the first of several is as --score.")
        }
        return DecisionRule.Change(
            score: score ?? scores?.first, method: try method(),
            others: scores.map { Array($0.dropFirst()) }, health: try health.map(Self.faults))
    }

    private static func scores(_ text: String) throws -> [ScoreFunction] {
        let names = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        let scores = try names.map { name in
            guard let score = ScoreFunction(rawValue: name) else {
                throw ValidationError("--any-of: there is no score called \(name).")
            }
            return score
        }
        guard Set(scores).count == scores.count, scores.count > 1 else {
            throw ValidationError("--any-of takes two scores or more, each once, as mse,nap.")
        }
        return scores
    }

    private static func faults(_ text: String) throws -> FaultSet {
        if text == "all" { return .all }
        if text == "none" { return [] }
        return FaultSet(
            try text.split(separator: ",", omittingEmptySubsequences: false).map { name in
                guard let fault = FrameFault(rawValue: String(name)) else {
                    throw ValidationError(
                        "--health: there is no fault called \(name); there are \(FrameFault.names)."
                    )
                }
                return fault
            })
    }

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
                    "Say which rule --alpha is for: --rule quantile, certified or tail.")
            }
            return nil
        }
        try refuse(sigma != nil && name != .sigma, "--sigma", name)
        try refuse(isFixed && name != .fixed, "--lower or --upper", name)
        try refuse(
            shares && ![.quantile, .certified, .tail].contains(name),
            "--alpha, --confidence or --tails",
            name)
        try refuse(confidence != nil && name != .certified, "--confidence", name)
        switch name {
        case .sigma: return .sigma(k: sigma ?? 2)
        case .fixed:
            guard isFixed else {
                throw ValidationError("--rule fixed needs --lower, --upper or both.")
            }
            return .fixed(lower: lower, upper: upper)
        case .quantile, .certified, .tail:
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
            switch name {
            case .quantile: return .quantile(alpha: alpha, tails: tails)
            case .tail: return .tail(alpha: alpha, tails: tails)
            default: return .certified(alpha: alpha, confidence: confidence, tails: tails)
            }
        }
    }

    private func refuse(_ isWrong: Bool, _ options: String, _ name: RuleName) throws {
        if isWrong { throw ValidationError("--rule \(name.rawValue) has no \(options).") }
    }

    /// The rule: as given, and otherwise as the one `before`, or the paper's.
    func drawn(after before: DecisionRule = .paper) throws -> DecisionRule {
        try before.changed(by: change())
    }
}

extension FrameFault {
    /// All names, for help and errors.
    static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }
}
