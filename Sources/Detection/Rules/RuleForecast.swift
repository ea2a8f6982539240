/// What a rule would do to normal images, as far as the scores of a calibration tell.
public struct RuleForecast: Sendable, Equatable {
    /// How the bounds are drawn.
    public enum Method: String, Sendable, Codable {
        /// μ ± kσ, the paper's; promises nothing.
        case sigma
        /// The ⌊α(n + 1)⌋-th largest score: α in the mean over calibrations (split conformal).
        case quantile
        /// `Certificate`: at most α with a confidence.
        case certified
    }

    /// How.
    public let method: Method
    /// k of `sigma`, α of the others.
    public let level: Double
    /// Below it a score is anomalous; nil where only high scores are.
    public let lower: Double?
    /// Strictly above it a score is anomalous.
    public let upper: Double
    /// The share of false alarms to be expected: of `sigma` that of the calibration's own scores.
    public let rate: Double
    /// Where the true share lies in 95 of 100 calibrations.
    public let range: ClosedRange<Double>

    /// A lower bound below which no score can be: it never fires.
    public var hasDeadLowerBound: Bool { lower.map { $0 <= 0 } ?? false }

    /// False alarms an hour at so many frames a second.
    public func alarmsPerHour(framesPerSecond: Double) -> Double { rate * framesPerSecond * 3600 }
}

extension ScoreSample {
    /// What μ ± kσ does to the scores themselves.
    public func forecast(sigma k: Double) -> RuleForecast {
        let (lower, upper) = (mu - k * sigma, mu + k * sigma)
        let hits = sorted.count { Double($0) < lower || Double($0) > upper }
        return RuleForecast(
            method: .sigma, level: k, lower: lower, upper: upper, rate: Double(hits) / Double(n),
            range: Evaluation.wilsonInterval(hits: hits, trials: n))
    }

    /// What an upper bound at a quantile does; throws if there are too few scores for it.
    public func forecast(quantile alpha: Double) throws(CalibrationError) -> RuleForecast {
        guard alpha > 0, alpha < 1 else {
            throw .unusable("α is \(alpha); a share of false alarms lies between 0 and 1")
        }
        let rank = Int(alpha * Double(n + 1))
        guard rank >= 1 else {
            throw .unusable(
                "the smallest share that \(n) images can tell is \(1 / Double(n + 1)); it takes "
                    + "\(Int((1 / alpha).rounded(.up)) - 1)")
        }
        return forecast(.quantile, alpha, rank: rank)
    }

    /// What a certified upper bound does; throws what it would take if there are too few scores.
    public func forecast(
        certified alpha: Double, confidence: Double
    ) throws(CalibrationError) -> RuleForecast {
        let certificate = try Certificate(n: n, alpha: alpha, confidence: confidence)
        return forecast(.certified, alpha, rank: certificate.rank)
    }

    private func forecast(
        _ method: RuleForecast.Method, _ alpha: Double, rank: Int
    ) -> RuleForecast {
        let law = BetaLaw(rank: rank, of: n)
        return RuleForecast(
            method: method, level: alpha, lower: nil, upper: Double(sorted[n - rank]),
            rate: law.mean, range: law.quantile(0.025)...law.quantile(0.975))
    }
}
