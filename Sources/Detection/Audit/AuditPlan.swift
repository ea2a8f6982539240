import Glibc

/// What a self-audit bets on: how often the scores of a stream exceed certain scores of the calibration, and
/// between which shares that lies if the stream is like the calibration.
///
/// At levels of 50, 10, 2.5 and 0.5 % the threshold is the k-th largest of n calibration scores, k = max(1,
/// ⌊level · (n + 1)⌋). The share of normal scores above it is Beta(k, n + 1 − k) (`BetaLaw`), so with 99 %
/// confidence over the calibration all four shares lie between the quantiles `lower` and `upper` at δ/8 and
/// 1 − δ/8, δ = 1 %. Equal scores are counted on the safe side: against `upper` what is strictly above the
/// threshold, against `lower` what is at or above it.
public struct AuditPlan: Sendable {
    /// A threshold and the shares above it that are normal.
    public struct Level: Sendable, Equatable {
        /// The level, as 0.025.
        public let share: Double
        /// The calibration's k-th largest score.
        public let threshold: Float
        /// The least and the greatest share of normal scores above the threshold.
        public let lower: Double
        /// See `lower`.
        public let upper: Double
    }

    /// The levels, the most frequent first.
    public let levels: [Level]
    /// Their thresholds.
    let thresholds: InlineArray<4, Float>

    /// Of each level.
    static let shares = [0.5, 0.1, 0.025, 0.005]
    /// Shares of the wealth that are bet, from 0.01 to 0.9 in equal ratios.
    static let stakes = (0..<stakeCount).map { 0.01 * pow(90, Double($0) / Double(stakeCount - 1)) }
    /// How many there are.
    static let stakeCount = 8
    /// 1 − the confidence over the calibration.
    private static let delta = 0.01

    /// Logarithms of what a frame does to the wealths: by level, side, stake and whether it exceeds.
    let logFactors: [Double]
    /// Bets: levels × two sides × stakes.
    var bets: Int { levels.count * 2 * Self.stakes.count }

    /// The plan for a sample of calibration scores.
    public init(_ sample: ScoreSample) {
        levels = Self.shares.map { share in
            let rank = max(1, Int(share * Double(sample.n + 1) + 1e-9))
            let law = BetaLaw(rank: rank, of: sample.n)
            let tail = Self.delta / (2 * Double(Self.shares.count))
            return Level(
                share: share, threshold: sample.sorted[sample.n - rank], lower: law.quantile(tail),
                upper: law.quantile(1 - tail))
        }
        let levels = levels
        thresholds = InlineArray { levels[$0].threshold }
        logFactors = levels.flatMap(Self.logFactors)
    }

    /// Those of one level: for each stake that of a frame below the threshold and of one above it, betting
    /// first that more exceed than may, then that fewer do.
    private static func logFactors(_ level: Level) -> [Double] {
        let win = (1 - level.upper) / level.upper
        let gain = level.lower / (1 - level.lower)
        let high = stakes.flatMap { [log1p(-$0), log1p($0 * win)] }
        let low = stakes.flatMap { [log1p($0 * gain), log1p(-$0)] }
        return high + low
    }
}
