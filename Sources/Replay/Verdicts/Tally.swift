import Histogram

/// What became of every frame of a run: one entry a frame, allocated before the first is sent.
///
/// Knows no sockets and no clock; times are nanoseconds of one steady clock.
public struct Tally: Sendable {
    /// What each frame is.
    public let mixture: Mixture
    /// Frames handed to ZeroMQ; they are the first `sent` of the mixture.
    public private(set) var sent = 0
    /// Frames with a verdict.
    public private(set) var verdicts = 0
    /// Of those, frames judged anomalous.
    public private(set) var flagged = 0
    /// Verdicts on frames that had one already.
    public private(set) var duplicates = 0
    /// Verdicts that came after the verdict on a later frame.
    public private(set) var outOfOrder = 0
    /// Frames the daemon could not score, by its reason.
    public private(set) var errors: [String: Int] = [:]
    /// Verdicts on frames of our name that were never sent, and lines that make no sense.
    public private(set) var strays = 0
    /// Frames sent later than they were due because the daemon took no more.
    public private(set) var late = 0
    /// When the first frame was due and when the last verdict came.
    public private(set) var span: (start: UInt64, end: UInt64) = (0, 0)

    private var answers: [Answer]
    private var scores: [Float]
    private var dueTimes: [UInt64]
    private var latencies = Histogram<UInt64>(
        highestTrackableValue: longestLatency, numberOfSignificantValueDigits: .three)
    /// The largest number of a frame with a verdict; -1 before the first.
    private(set) var newest = -1
    /// Frames the daemon could not score, for whatever reason.
    public private(set) var errorCount = 0
    /// An hour: longer ones count as that.
    private static let longestLatency: UInt64 = 3_600_000_000_000

    /// What the daemon said of a frame.
    enum Answer: UInt8 { case none, normal, anomaly }

    /// Nothing sent yet.
    public init(_ mixture: Mixture) {
        self.mixture = mixture
        answers = Array(repeating: .none, count: mixture.count)
        scores = Array(repeating: 0, count: mixture.count)
        dueTimes = Array(repeating: 0, count: mixture.count)
    }

    /// The next frame was sent, due at that time; late if the daemon held it back.
    public mutating func noteSent(due: UInt64, isLate: Bool = false) {
        if sent == 0 { span = (due, due) }
        dueTimes[sent] = due
        sent += 1
        if isLate { late += 1 }
    }

    /// A verdict on a frame came in at that time.
    public mutating func noteVerdict(
        _ sequence: Int, isAnomaly: Bool, score: Float, at now: UInt64
    ) {
        guard sequence < sent else {
            strays += 1
            return
        }
        guard answers[sequence] == .none else {
            duplicates += 1
            return
        }
        answers[sequence] = isAnomaly ? .anomaly : .normal
        scores[sequence] = score
        verdicts += 1
        if isAnomaly { flagged += 1 }
        if sequence < newest { outOfOrder += 1 } else { newest = sequence }
        let due = dueTimes[sequence]
        latencies.record(min(now > due ? now - due : 0, Self.longestLatency))
        span.end = now
    }

    /// The daemon could not score one of our frames; it does not say which.
    public mutating func noteError(_ reason: String) {
        errors[reason, default: 0] += 1
        errorCount += 1
    }

    /// A line of our name came in that is about no frame we sent.
    public mutating func noteStray() { strays += 1 }

    /// Frames of which nothing was heard yet, neither verdict nor error.
    public var outstanding: Int { max(0, sent - verdicts - errorCount) }

    /// The latency in nanoseconds that so many percent of the frames did not exceed, to three digits;
    /// nil without any verdict.
    ///
    /// It runs from when a frame was due until its verdict was here. 100 gives the exact maximum.
    public func latency(percentile: Double) -> UInt64? {
        verdicts > 0 ? latencies.valueAtPercentile(percentile) : nil
    }

    /// Frames sent after the newest one with a verdict.
    var behindNewest: Int { sent - 1 - newest }
}

extension Tally {
    /// How the frames of one truth were judged.
    public struct Outcome: Equatable, Sendable {
        /// Judged anomalous.
        public var flagged = 0
        /// Judged normal.
        public var passed = 0
        /// Sent and never judged.
        public var unanswered = 0
        /// The scores of those judged, in the order of sending.
        public var scores: [Float] = []

        /// Frames with a verdict.
        public var judged: Int { flagged + passed }
    }

    /// The outcome of all frames sent that are anomalous, or that are not.
    public func outcome(anomalous: Bool) -> Outcome {
        var outcome = Outcome()
        for sequence in 0..<sent where mixture.isAnomalous[sequence] == anomalous {
            switch answers[sequence] {
            case .none: outcome.unanswered += 1
            case .normal: outcome.passed += 1
            case .anomaly: outcome.flagged += 1
            }
            if answers[sequence] != .none { outcome.scores.append(scores[sequence]) }
        }
        return outcome
    }
}
