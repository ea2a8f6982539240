public import VAE

/// A rule with the bounds that it draws from the scores of normal images.
public struct DrawnRule: Sendable, Equatable {
    /// The rule.
    public let rule: DecisionRule
    /// What is looked for in the pixels first.
    public let health: HealthPlan
    /// Each score that decides, with its bounds; the rule's first score first.
    public let clauses: [Clause]
    /// Images calibrated with.
    public let n: Int
    /// Ranks of the calibration's images in all that the rule calls anomalous, so that the share of normal images it
    /// does is Beta(ranks, n + 1 − ranks), or less; nil where a rule counts none.
    public let ranks: Int?

    /// A score, and between which values of it an image is normal.
    public struct Clause: Sendable, Equatable {
        /// The score.
        public let score: ScoreFunction
        /// Its bounds.
        public let bounds: ScoreBounds
        /// The tails it was extrapolated by, on the low and on the high side.
        let tails: (low: ParetoTail?, high: ParetoTail?)

        init(
            _ score: ScoreFunction, _ bounds: ScoreBounds, low: ParetoTail? = nil,
            high: ParetoTail? = nil
        ) {
            (self.score, self.bounds, tails) = (score, bounds, (low, high))
        }

        /// Where the bound of an extrapolated tail with this share beyond it lies in 95 of 100 calibrations, of two
        /// sides the high one's; nil if there is no tail.
        public func interval(_ share: Double) -> ClosedRange<Double>? {
            (tails.high ?? tails.low)?.interval(share)
        }

        /// Whether both decide alike.
        public static func == (a: Clause, b: Clause) -> Bool {
            a.score == b.score && a.bounds == b.bounds && a.tails == b.tails
        }
    }

    /// Draws `rule` from the scores of the same images by each function; throws what keeps it from that, as a number
    /// that is none of the allowed ones, scores that there are none of, or too few images for what it promises.
    public init(
        _ rule: DecisionRule, over samples: [ScoreFunction: ScoreSample]
    ) throws(CalibrationError) {
        guard let sample = samples[rule.score] else {
            throw .unusable("the calibration holds no \(rule.score.rawValue) scores")
        }
        let n = sample.n
        let ranks = try rule.ranks(of: n)
        let parts = rule.scores.count * (rule.tails?.count ?? 1)
        let spare = ranks.map { min($0 / 2, $0 - parts) }
        let health = HealthPlan(
            for: rule.health, over: samples, ranks: spare.map { max(0, $0) })
        let rest = ranks.map { ($0 - health.spent) / parts }
        if let rest, rest < 1 { throw rule.tooFew(n) }
        var clauses: [Clause] = []
        for score in rule.scores {
            guard let sample = samples[score] else {
                throw .unusable("the calibration holds no \(score.rawValue) scores")
            }
            clauses.append(try rule.clause(score, over: sample, rank: rest, spent: health.spent))
        }
        (self.rule, self.health, self.clauses, self.n) = (rule, health, clauses, n)
        let isExtrapolated = if case .tail = rule.method { true } else { false }
        self.ranks = isExtrapolated ? nil : rest.map { $0 * parts + health.spent }
    }

    /// The bounds of the score that decides first.
    public var bounds: ScoreBounds { clauses[0].bounds }

    /// The rank of each bound, counted from its end; nil where a rule counts none.
    public var rank: Int? {
        ranks.map { ($0 - health.spent) / (clauses.count * (rule.tails?.count ?? 1)) }
    }
}

extension DecisionRule {
    /// How many of n calibration images the whole rule may call anomalous; nil of rules that promise no share.
    fileprivate func ranks(of n: Int) throws(CalibrationError) -> Int? {
        func share(_ alpha: Double) throws(CalibrationError) -> Int {
            guard alpha > 0, alpha < 1 else {
                throw .unusable("α is \(alpha); a share of false alarms lies between 0 and 1")
            }
            // 29 % of 100 are 29, and not the 28.999… that floating point makes of it.
            return Int(alpha * Double(n + 1) + 1e-9)
        }
        switch method {
        case .sigma, .fixed: return nil
        case .quantile(let alpha, _): return try share(alpha)
        case .tail(let alpha, let tails):
            // It goes on where ranks end.
            return max(try share(alpha), scores.count * tails.count)
        case .certified(let alpha, let confidence, let tails):
            return try Certificate(
                n: n, alpha: alpha, confidence: confidence, parts: tails.count * scores.count
            ).ranks
        }
    }

    /// That n images are too few to give each part a rank, and how many it takes.
    fileprivate func tooFew(_ n: Int) -> CalibrationError {
        guard case .quantile(let alpha, let tails) = method else {
            return .unusable("\(n) images are too few for this rule")
        }
        let parts = tails.count * scores.count
        return .unusable(
            "the smallest share that \(n) images can tell"
                + (parts > 1 ? " on each of \(parts) sides" : "")
                + " is \(1 / Double(n + 1)); it takes \(Int((Double(parts) / alpha).rounded(.up)) - 1)"
        )
    }

    /// The bounds of one score: of rules by ranks those at the `rank`-th score from the ends.
    fileprivate func clause(
        _ score: ScoreFunction, over sample: ScoreSample, rank: Int?, spent: Int
    ) throws(CalibrationError) -> DrawnRule.Clause {
        switch method {
        case .sigma(let k):
            guard k > 0, k.isFinite else {
                throw .unusable("k is \(k); it must be above 0")
            }
            return .init(
                score,
                ScoreBounds(
                    lower: sample.mu - k * sample.sigma, upper: sample.mu + k * sample.sigma))
        case .fixed(let lower, let upper):
            return .init(score, try fixed(lower, upper))
        case .quantile(_, let tails), .certified(_, _, let tails):
            let rank = rank ?? 1
            return .init(
                score,
                ScoreBounds(
                    lower: tails.hasLow ? Double(sample.sorted[rank - 1]) : -.infinity,
                    upper: tails.hasHigh ? Double(sample.sorted[sample.n - rank]) : .infinity))
        case .tail(let alpha, let tails):
            return try tail(score, alpha, tails, over: sample, spent)
        }
    }

    private func fixed(
        _ lower: Double?, _ upper: Double?
    ) throws(CalibrationError) -> ScoreBounds {
        let bounds = ScoreBounds(lower: lower ?? -.infinity, upper: upper ?? .infinity)
        guard lower != nil || upper != nil else {
            throw .unusable("bounds by hand need a lower or an upper one")
        }
        guard lower?.isFinite ?? true, upper?.isFinite ?? true, bounds.lower <= bounds.upper else {
            throw .unusable(
                "bounds from \(bounds.lower) to \(bounds.upper) are none: give numbers, the lower "
                    + "one first")
        }
        return bounds
    }

    private func tail(
        _ score: ScoreFunction, _ alpha: Double, _ tails: Tails, over sample: ScoreSample,
        _ spent: Int
    ) throws(CalibrationError) -> DrawnRule.Clause {
        let left = alpha - Double(spent) / Double(sample.n + 1)
        let share = left / Double(tails.count * scores.count)
        guard share <= ParetoTail.part else {
            throw .unusable(
                "a tail tells shares below \(ParetoTail.part), and this asks it for \(share); take "
                    + "quantile, which needs no extrapolation there")
        }
        let low = tails.hasLow ? try ParetoTail(sample.sorted, isHigh: false) : nil
        let high = tails.hasHigh ? try ParetoTail(sample.sorted, isHigh: true) : nil
        return .init(
            score,
            ScoreBounds(
                lower: low?.bound(share) ?? -.infinity, upper: high?.bound(share) ?? .infinity),
            low: low, high: high)
    }
}
