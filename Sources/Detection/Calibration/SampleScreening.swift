public import VAE

/// Looks at the scores of what somebody says is normal, before bounds are drawn from them.
///
/// Frames that score far from the others are set apart: by a standard score function or the deciding one, more than six spreads from
/// the median, where a spread is the distance of the upper or lower quartile from it, divided by 0.6745 (so
/// that it is σ for scores distributed normally, of which one in 500 million lies so far away). Quartiles
/// stay where they are however strange a small part of the scores is. Mean and deviation of the rest are
/// those of μ ± kσ: on clean scores nothing is set apart, and they are the plain ones, to the bit.
public struct SampleScreening: Sendable {
    /// The scores that are close to one another.
    public let kept: [Scores]
    /// How many are not.
    public let strange: Int
    /// What speaks against drawing bounds from them, by the function that is to decide.
    public let doubts: [SampleDoubt]

    /// How many spreads from the median a score may lie.
    static let reach = 6.0
    /// Below this many frames the deviation is a guess: with 30 it is off by 13 % on average.
    static let fewest = 30
    /// The largest part of the frames that may be strange.
    static let strangest = 0.05

    /// Screens the scores of one frame each, for bounds by `score`.
    public init(
        _ scores: some RandomAccessCollection<Scores>, decidingBy score: ScoreFunction
    ) {
        var isKept = [Bool](repeating: true, count: scores.count)
        // Of dozens of statistics each finds some normal frame strange; the standard scores and the deciding
        // one are those that bounds are drawn from.
        let looked = ScoreSet.standard.union(ScoreSet(score))
        for function in scores.first?.computed.intersection(looked).functions ?? [] {
            let values = scores.map { $0[function] }
            let fence = Fence(around: values.sorted())
            for index in values.indices where !fence.contains(values[index]) {
                isKept[index] = false
            }
        }
        kept = zip(scores, isKept).filter(\.1).map(\.0)
        strange = scores.count - kept.count
        doubts = SampleDoubt.all(in: scores.map { $0[score] }.sorted(), strange: strange)
    }
}

extension SampleScreening {
    /// What speaks against the scores that somebody drew bounds from.
    public static func doubts(about sample: ScoreSample) -> [SampleDoubt] {
        let fence = Fence(around: sample.sorted)
        return SampleDoubt.all(
            in: sample.sorted, strange: sample.sorted.count { !fence.contains($0) })
    }
}

/// Between which values scores are not far from one another.
private struct Fence {
    private var bounds: ClosedRange<Double>?

    /// None around scores of which half are one and the same.
    init(around sorted: [Float]) {
        guard sorted.count >= 4 else { return }
        func quantile(_ part: Double) -> Double {
            Double(sorted[Int((part * Double(sorted.count - 1)).rounded())])
        }
        let median = quantile(0.5)
        let below = (median - quantile(0.25)) / 0.6745
        let above = (quantile(0.75) - median) / 0.6745
        guard below > 0 || above > 0, (below + above).isFinite else { return }
        // Where one quartile is the median, the other says how wide the scores are spread.
        let lower = median - SampleScreening.reach * (below > 0 ? below : above)
        let upper = median + SampleScreening.reach * (above > 0 ? above : below)
        bounds = lower...upper
    }

    func contains(_ score: Float) -> Bool { bounds?.contains(Double(score)) ?? true }
}

/// Why bounds should not be drawn from some scores.
public enum SampleDoubt: Sendable, Equatable, CustomStringConvertible {
    /// So few that the deviation is a guess.
    case few(Int)
    /// Of so many frames the scores are one and the same, or nearly.
    case equal(distinct: Int, of: Int)
    /// So many of the frames score far from the others.
    case strange(Int, of: Int)

    /// One phrase with the numbers.
    public var description: String {
        switch self {
        case .few(let count):
            "\(count) images are too few to tell how much normal scores vary; take at least "
                + "\(SampleScreening.fewest), better 1,000"
        case .equal(let distinct, let count):
            "the scores of \(count) images are too equal (\(distinct) different ones): one picture again "
                + "and again tells nothing about how much normal scores vary"
        case .strange(let strange, let count):
            "\(strange) of \(count) images score far from the others, so not all of them show what is "
                + "normal; a source that differs can have bounds of its own"
        }
    }

    /// What speaks against the scores, of which so many are strange.
    static func all(in sorted: [Float], strange: Int) -> [SampleDoubt] {
        var doubts: [SampleDoubt] = []
        let count = sorted.count
        if count < SampleScreening.fewest { doubts.append(.few(count)) }
        if count >= 2, isTooEqual(sorted) {
            let distinct = 1 + zip(sorted, sorted.dropFirst()).count { $0 != $1 }
            doubts.append(.equal(distinct: distinct, of: count))
        }
        if Double(strange) > SampleScreening.strangest * Double(count) {
            doubts.append(.strange(strange, of: count))
        }
        return doubts
    }

    /// Whether there are fewer than ten different scores, or than one in fifty, or half are the same, or
    /// they differ by less than a ten thousandth.
    private static func isTooEqual(_ sorted: [Float]) -> Bool {
        let count = sorted.count
        let distinct = 1 + zip(sorted, sorted.dropFirst()).count { $0 != $1 }
        if distinct < min(count, max(10, count / 50)) { return true }
        let half = count / 2
        if half > 0, (0..<(count - half)).contains(where: { sorted[$0] == sorted[$0 + half] }) {
            return true
        }
        let sample = ScoreSample(ascending: sorted)
        return sample.sigma <= 1e-4 * abs(sample.mu)
    }
}
