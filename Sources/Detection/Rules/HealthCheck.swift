public import Frames
public import VAE

/// A statistic of a frame's pixels that must not lie beyond what the calibration's images had, on one side.
public struct HealthCheck: Sendable, Hashable {
    /// The statistic.
    public let measure: ScoreFunction
    /// Whether it must not be too large; otherwise not too small.
    public let isHigh: Bool
    /// What it finds.
    public let fault: FrameFault

    /// All checks, the ones that say most first: the first that speaks names the fault.
    ///
    /// A measure is dimensionless or a share, so that neither the camera's size nor its depth matters. `acuity`
    /// for focus, since a Laplacian over a gradient depends neither on light nor on contrast (Pertuz et al.,
    /// "Analysis of focus measure operators", 2013, compare such measures); `smoothness` for noise, since
    /// strokes and edges, which are few, do not weigh in a share as they do in a mean.
    public static let all = [
        HealthCheck(measure: .contrast, isHigh: false, fault: .uniform),
        HealthCheck(measure: .peak, isHigh: false, fault: .dark),
        HealthCheck(measure: .acuity, isHigh: false, fault: .soft),
        HealthCheck(measure: .smoothness, isHigh: false, fault: .noisy),
        HealthCheck(measure: .brightness, isHigh: false, fault: .dark),
        HealthCheck(measure: .white, isHigh: true, fault: .saturated),
        HealthCheck(measure: .brightness, isHigh: true, fault: .bright),
        HealthCheck(measure: .extent, isHigh: false, fault: .size),
        HealthCheck(measure: .extent, isHigh: true, fault: .size),
    ]

    /// Whether a set of faults asks for it; blank frames are uniform ones at the ends of the scale.
    func isAskedFor(by faults: FaultSet) -> Bool {
        fault == .uniform
            ? faults.contains(.uniform) || faults.contains(.blank) : faults.contains(fault)
    }
}

/// The checks that a rule makes before it looks at the model's score, with their bounds.
///
/// A bound is the calibration's `rank`-th most extreme value, and what is beyond it by more than a fortieth is a fault:
/// that the brightest pixel is 253 where it was 254 in all images is none. That only makes fewer frames faulty than what
/// is promised counts with. All checks together take `spent` ranks of the calibration's images out of what the rule may call anomalous:
/// regions of which each holds the k-th extremes by one function, one after the other, hold together as much of
/// all normal images as one region of the sum of their ranks does (Tukey, "Nonparametric estimation II:
/// statistically equivalent blocks", 1947), and less if they overlap. So what is promised of the rule holds for
/// health and score together.
public struct HealthPlan: Sendable, Equatable {
    /// Each check with its bound, in the order in which they speak.
    public let checks: [Bound]
    /// Checks that are asked for and are not made, for the rule has no ranks left for them.
    public let omitted: [HealthCheck]
    /// Ranks that they take.
    public let spent: Int

    /// A check and its bound.
    public struct Bound: Sendable, Equatable {
        /// The check.
        public let check: HealthCheck
        /// The last value that is in order.
        public let value: Float

        /// A fortieth beyond the most extreme value in order; and of values near zero, such as shares of pixels, so
        /// much above it.
        init(_ check: HealthCheck, extreme: Float) {
            self.check = check
            value = check.isHigh ? extreme * 1.025 + 0.0025 : extreme * 0.975
        }
    }

    /// No checks.
    public static let none = HealthPlan(checks: [], omitted: [], spent: 0)

    private init(checks: [Bound], omitted: [HealthCheck], spent: Int) {
        (self.checks, self.omitted, self.spent) = (checks, omitted, spent)
    }

    /// The checks for `faults` over the statistics of a calibration's images, with at most `ranks`; nil has no
    /// limit.
    init(for faults: FaultSet, over samples: [ScoreFunction: ScoreSample], ranks: Int?) {
        let asked = HealthCheck.all.filter {
            $0.isAskedFor(by: faults) && samples[$0.measure] != nil
        }
        var (checks, omitted, spent): ([Bound], [HealthCheck], Int) = ([], [], 0)
        for check in asked {
            guard let sample = samples[check.measure] else { continue }
            let rank = Self.rank(of: sample.n)
            if let ranks, spent + rank > ranks {
                omitted.append(check)
                continue
            }
            spent += rank
            let place = check.isHigh ? sample.n - rank : rank - 1
            checks.append(Bound(check, extreme: sample.sorted[place]))
        }
        self.init(checks: checks, omitted: omitted, spent: spent)
    }

    /// The rank of a bound: the most extreme image, or of many the one in ten thousand, so that a few bad ones
    /// among them blind no check.
    static func rank(of n: Int) -> Int { max(1, n / 10_000) }

    /// What is wrong with a frame; nil if nothing is.
    @inline(__always) public func fault(in scores: Scores) -> FrameFault? {
        for bound in checks {
            let value = scores[bound.check.measure]
            if bound.check.isHigh ? value > bound.value : value < bound.value {
                return bound.check.fault == .uniform && Self.isBlank(scores)
                    ? .blank : bound.check.fault
            }
        }
        return nil
    }

    /// Within five steps of a byte from either end of the scale.
    private static func isBlank(_ scores: Scores) -> Bool {
        let level = scores[.brightness]
        return level <= 5.0 / 255 || level >= 250.0 / 255
    }
}
