/// How one score is distributed over normal images, and the bounds drawn from it.
public struct Distribution: Sendable, Equatable, Codable {
    /// The number of images scored.
    public let n: Int
    /// Mean.
    public let mu: Double
    /// Standard deviation, with n − 1 in the denominator.
    public let sigma: Double
    /// `μ − kσ`; below it a score is anomalous.
    public let lower: Double
    /// `μ + kσ`; above it a score is anomalous.
    public let upper: Double
    /// Every score, ascending, from which any other rule can be drawn without scoring again.
    public let sorted: [Float]

    /// The distribution of `scores` with bounds `k` standard deviations around the mean.
    public init(of scores: [Float], k: Double) {
        precondition(scores.count >= 2, "a standard deviation needs two scores")
        let count = Double(scores.count)
        let mean = scores.reduce(0) { $0 + Double($1) } / count
        let squares = scores.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
        n = scores.count
        mu = mean
        sigma = (squares / (count - 1)).squareRoot()
        lower = mean - k * sigma
        upper = mean + k * sigma
        sorted = scores.sorted()
    }

    /// Whether `score` lies within the bounds.
    public func contains(_ score: Float) -> Bool {
        Double(score) >= lower && Double(score) <= upper
    }
}
