import Tensors

/// Which frames of a run are anomalous: an exact number of them, at places drawn by a seed.
public struct Mixture: Sendable, Equatable {
    /// One truth a frame, in the order of sending.
    public let isAnomalous: [Bool]

    /// Spreads `anomalous` of `count` frames by Knuth's selection sampling (TAOCP 2, algorithm
    /// 3.4.2 S): every choice of places is equally likely, and the number is exact.
    public init(count: Int, anomalous: Int, seed: UInt64) {
        precondition(anomalous >= 0 && anomalous <= count, "more anomalous frames than frames")
        var random = RandomNumbers(seed: seed, 1)
        var wanted = UInt64(anomalous)
        isAnomalous = (0..<count).map { place in
            let left = UInt64(count - place)
            // A uniform number below `left`; the bias is below one in 2⁴⁰ for any possible count.
            let isChosen = random.next().multipliedFullWidth(by: left).high < wanted
            if isChosen { wanted -= 1 }
            return isChosen
        }
    }

    /// `count` frames of which the given share, rounded to whole frames, is anomalous.
    public init(count: Int, share: Double, seed: UInt64) {
        let anomalous = Int((Double(count) * share).rounded())
        self.init(count: count, anomalous: min(max(anomalous, 0), count), seed: seed)
    }

    /// The number of frames.
    public var count: Int { isAnomalous.count }
}
