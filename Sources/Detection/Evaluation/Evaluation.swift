/// How well a score tells two sets of images apart, whatever the threshold.
public enum Evaluation {
    /// Area under the ROC curve: the probability that an anomalous image scores higher than a normal
    /// one, ties counting half (the Mann-Whitney statistic).
    ///
    /// NaN if either list is empty or holds a score that is not a number.
    public static func auroc(normal: [Float], anomalous: [Float]) -> Double {
        guard !normal.contains(where: \.isNaN), !anomalous.contains(where: \.isNaN) else {
            return .nan
        }
        let ranked =
            (normal.map { ($0, false) } + anomalous.map { ($0, true) }).sorted { $0.0 < $1.0 }
        var (below, wins) = (0.0, 0.0)
        var start = 0
        while start < ranked.count {
            var (end, ties, hits) = (start, 0.0, 0.0)
            while end < ranked.count, ranked[end].0 == ranked[start].0 {
                if ranked[end].1 { hits += 1 } else { ties += 1 }
                end += 1
            }
            wins += hits * (below + ties / 2)
            below += ties
            start = end
        }
        return wins / (Double(normal.count) * Double(anomalous.count))
    }

    /// The 95 % Wilson score interval of a proportion of `hits` in `trials` (Wilson, 1927).
    public static func wilsonInterval(hits: Int, trials: Int) -> ClosedRange<Double> {
        guard trials > 0 else { return 0...1 }
        let (n, z) = (Double(trials), 1.959963984540054)
        let p = Double(hits) / n
        let center = (p + z * z / (2 * n)) / (1 + z * z / n)
        let width = z / (1 + z * z / n) * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot()
        return max(0, center - width)...min(1, center + width)
    }
}
