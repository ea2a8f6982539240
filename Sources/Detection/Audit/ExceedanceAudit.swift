import Glibc

/// Watches whether the scores of one stream stay like those of the calibration, for ever, with a probability
/// of one in a million of a false alarm if the calibration is one of the 99 % whose bounds hold.
///
/// Each bet of `AuditPlan` multiplies its wealth by 1 + g (x − u)/u, where x is 1 if the score exceeds the
/// threshold and otherwise 0, or by 1 + g (l − x)/(1 − l): neither grows in the mean while the true share is
/// at most u and at least l. So the mean of all wealths is a supermartingale, and exceeds a million once in a
/// million streams (Ville, 1939; Shafer, "Testing by betting", 2021). Nine tenths of the money are bet from
/// the first frame on. Since bets that lose for a month take a month to recover, the last tenth is bet anew every
/// 16,384 frames, 1/j(j + 1) of it the j-th time, which are shares of one.
///
/// The frames of a stream in order, one value for each stream.
public struct ExceedanceAudit: Sendable {
    /// What gave the calibration up.
    public struct Alarm: Sendable, Equatable, Codable {
        /// Frames audited before the alarm, that one counted.
        public let frames: Int
        /// The level that spoke loudest, as 0.025.
        public let level: Double
        /// Whether more scores exceed its threshold than may, or fewer.
        public let isHigh: Bool
        /// The share that exceeded since that bet began.
        public let share: Double
        /// Between which shares it should have been.
        public let lower: Double
        /// See `lower`.
        public let upper: Double
        /// The frame from which on that bet counted.
        public let since: Int
    }

    /// A round of bets that began with the same frame.
    ///
    /// What a bet is worth follows from how often its threshold was exceeded, whichever frames did.
    private struct Round {
        var start: Int
        /// Scores above each threshold, and at or above it.
        var exceeded: InlineArray<4, Int> = .init(repeating: 0)
        var reached: InlineArray<4, Int> = .init(repeating: 0)

        mutating func note(_ score: Float, _ plan: AuditPlan) {
            for place in exceeded.indices {
                let threshold = plan.thresholds[place]
                if score > threshold { exceeded[place] += 1 }
                if score >= threshold { reached[place] += 1 }
            }
        }

        /// Logarithms of what each bet has come to.
        func logWealths(_ plan: AuditPlan, _ frames: Int) -> [Double] {
            let count = Double(frames - start)
            var wealths: [Double] = []
            wealths.reserveCapacity(plan.bets)
            for place in exceeded.indices {
                for hits in [Double(exceeded[place]), Double(reached[place])] {
                    for _ in AuditPlan.stakes {
                        let bet = 2 * wealths.count
                        wealths.append(
                            (count - hits) * plan.logFactors[bet]
                                + hits * plan.logFactors[bet + 1])
                    }
                }
            }
            return wealths
        }

        private func isAny(atLeast limit: Double, _ plan: AuditPlan, _ frames: Int) -> Bool {
            let count = Double(frames - start)
            let factors = plan.logFactors.span
            var bet = 0
            for place in exceeded.indices {
                for side in 0..<2 {
                    let hits = Double(side == 0 ? exceeded[place] : reached[place])
                    for _ in 0..<AuditPlan.stakeCount {
                        let wealth = (count - hits) * factors[bet] + hits * factors[bet + 1]
                        if wealth >= limit { return true }
                        bet += 2
                    }
                }
            }
            return false
        }

        /// Whether the mean of the wealths has reached the exponential of `limit`.
        func hasReached(_ limit: Double, _ plan: AuditPlan, _ frames: Int) -> Bool {
            // The mean is at most the largest, which is looked for without a list of them.
            guard isAny(atLeast: limit, plan, frames) else { return false }
            let wealths = logWealths(plan, frames)
            let most = wealths.max() ?? 0
            let sum = wealths.reduce(0) { $0 + exp($1 - most) }
            return most + log(sum / Double(wealths.count)) >= limit
        }

        func alarm(_ plan: AuditPlan, after frames: Int) -> Alarm {
            let wealths = logWealths(plan, frames)
            let best = wealths.indices.max { wealths[$0] < wealths[$1] } ?? 0
            let (place, side) = (
                best / (2 * AuditPlan.stakes.count), best / AuditPlan.stakes.count % 2
            )
            let (level, count) = (plan.levels[place], max(1, frames - start))
            let hits = side == 0 ? exceeded[place] : reached[place]
            return Alarm(
                frames: frames, level: level.share, isHigh: side == 0,
                share: Double(hits) / Double(count), lower: level.lower, upper: level.upper,
                since: start)
        }
    }

    /// Frames from one new round of bets to the next.
    public static let round = 16_384
    /// Frames from one look at the wealth to the next.
    static let period = 4
    /// The wealth that gives the calibration up: one stream in so many does without cause.
    public static let limit = 1e6

    private let plan: AuditPlan
    private var whole: Round
    private var latest: Round
    private var rounds = 1
    /// Frames audited.
    public private(set) var frames = 0
    /// What gave the calibration up; nothing is bet any more then.
    public private(set) var alarm: Alarm?

    /// An audit that has seen nothing.
    public init(_ plan: AuditPlan) {
        self.plan = plan
        whole = Round(start: 0)
        latest = whole
    }

    /// Takes note of the next frame's score; what has given the calibration up, if anything has.
    ///
    /// A score that is not a number is none.
    @discardableResult
    public mutating func note(_ score: Float) -> Alarm? {
        guard alarm == nil, !score.isNaN else { return alarm }
        if frames - latest.start == Self.round {
            rounds += 1
            latest = Round(start: frames)
        }
        frames += 1
        whole.note(score, plan)
        latest.note(score, plan)
        // Looking at every fourth frame costs a few frames of delay and a quarter of the time.
        guard frames % Self.period == 0 else { return nil }
        // The shares of the money: 9/10 and 1/10 · 1/j(j + 1).
        if whole.hasReached(log(Self.limit / 0.9), plan, frames) {
            alarm = whole.alarm(plan, after: frames)
        } else if latest.hasReached(
            log(Self.limit * 10 * Double(rounds) * Double(rounds + 1)), plan, frames)
        {
            alarm = latest.alarm(plan, after: frames)
        }
        return alarm
    }
}

extension ExceedanceAudit.Alarm {
    /// What happened, in a sentence for an operator.
    public var text: String {
        func percent(_ share: Double) -> String { "\((share * 1000).rounded() / 10) %" }
        return "\(percent(share)) of the frames since number \(since + 1) score "
            + "above what \(percent(level)) of normal images do, \(isHigh ? "more" : "fewer") than the "
            + "\(percent(lower)) to \(percent(upper)) that images like those of the calibration would"
    }
}
