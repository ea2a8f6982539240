import Detection

/// What a run has shown, as numbers to print.
public struct Summary: Sendable {
    /// The counts it is made from.
    public let tally: Tally
    /// What became of the normal frames.
    public let normal: Tally.Outcome
    /// What became of the anomalous frames.
    public let anomalous: Tally.Outcome
    /// Names of the data sets, or "none".
    public let names: (normal: String, anomalous: String)
    /// What the mixture was drawn from.
    public let seed: UInt64

    /// Sums up a tally.
    public init(_ tally: Tally, normal: String, anomalous: String, seed: UInt64) {
        self.tally = tally
        self.normal = tally.outcome(anomalous: false)
        self.anomalous = tally.outcome(anomalous: true)
        names = (normal, anomalous)
        self.seed = seed
    }

    /// Frames of which nothing was heard.
    public var lost: Int { tally.outstanding }
    /// Share of the judged normal frames that were let pass; nil if there are none.
    public var normalWithin: Double? { share(normal.passed, of: normal.judged) }
    /// Share of the judged anomalous frames that were flagged; nil if there are none.
    public var anomalousFlagged: Double? { share(anomalous.flagged, of: anomalous.judged) }
    /// Share of the judged normal frames that were flagged; nil if there are none.
    public var falseAlarmRate: Double? { share(normal.flagged, of: normal.judged) }
    /// Share of the judged frames that were judged right; nil if there are none.
    public var accuracy: Double? {
        share(normal.passed + anomalous.flagged, of: normal.judged + anomalous.judged)
    }

    /// The 95 % Wilson interval of the false-alarm rate; nil if there are no normal frames.
    public var falseAlarmInterval: ClosedRange<Double>? {
        guard normal.judged > 0 else { return nil }
        return Evaluation.wilsonInterval(hits: normal.flagged, trials: normal.judged)
    }

    /// How well the scores tell the two sets apart; nil if one of them is missing.
    public var auroc: Double? {
        guard !normal.scores.isEmpty, !anomalous.scores.isEmpty else { return nil }
        return Evaluation.auroc(normal: normal.scores, anomalous: anomalous.scores)
    }

    /// Seconds from the first frame to the last verdict.
    public var seconds: Double { Double(tally.span.end - tally.span.start) / 1e9 }

    /// Verdicts a second, over those seconds; nil if there are none.
    public var imagesPerSecond: Double? {
        tally.verdicts > 0 && seconds > 0 ? Double(tally.verdicts) / seconds : nil
    }

    /// The latency that so many percent of the frames did not exceed, in microseconds; nil if there
    /// are none.
    public func latency(_ percent: Double) -> Double? {
        tally.latency(percentile: percent).map { Double($0) / 1000 }
    }

    private func share(_ part: Int, of whole: Int) -> Double? {
        whole > 0 ? Double(part) / Double(whole) : nil
    }
}
