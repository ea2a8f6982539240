import Detection
import Frames
import Platform
import VAE

/// Distributions of times and scores, as histograms with fixed buckets.
struct Histograms: Sendable {
    /// Seconds from taking a batch to having its scores.
    private(set) var scoring = Histogram(bounds: Self.times)
    /// Seconds from taking a frame from its socket to having its verdict.
    private(set) var latency = Histogram(bounds: Self.times)
    /// The deciding score; its buckets are quantiles of the calibration.
    private(set) var score = Histogram(bounds: [])
    private var function = ScoreFunction.mse

    private static let times: [Double] = [
        0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5,
        1,
    ]

    /// A frame is not held for longer: the clock was set meanwhile, and one such time would outweigh all
    /// others in the sum.
    private static let longest = 3600.0

    /// Counts values up to each bound.
    struct Histogram: Sendable {
        /// Upper bounds, ascending.
        let bounds: [Double]
        /// Values in each bucket, the last for those beyond all bounds.
        private(set) var counts: [Int]
        private(set) var sum = 0.0

        init(bounds: [Double]) {
            self.bounds = bounds
            counts = Array(repeating: 0, count: bounds.count + 1)
        }

        mutating func note(_ value: Double) {
            var bucket = 0
            while bucket < bounds.count, value > bounds[bucket] { bucket += 1 }
            counts[bucket] += 1
            sum += value
        }
    }

    mutating func noteBatch(started: UnixTime, scored: UnixTime) {
        let seconds = Double(scored.microseconds(since: started)) / 1e6
        if seconds < Self.longest { scoring.note(seconds) }
    }

    mutating func note(_ verdict: Verdict) {
        let waited = Double(verdict.times.scored.microseconds(since: verdict.frame.received)) / 1e6
        if waited < Self.longest { latency.note(waited) }
        score.note(Double(verdict.scores[function]))
    }

    /// Restarts the histogram of scores with buckets that suit `calibration`.
    mutating func restart(for calibration: Calibration) {
        function = calibration.rule.score
        let sorted = calibration.sample.sorted
        let shares = [0.05, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 1]
        var bounds = shares.map { Double(sorted[Int(Double(sorted.count - 1) * $0)]) }
        let upper = calibration.bounds.upperIfAny ?? Double(sorted[sorted.count - 1])
        bounds += [1, 2, 4, 8].map { upper * $0 }
        score = Histogram(bounds: Set(bounds).sorted())
    }
}
