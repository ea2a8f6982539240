/// The scores that one score function gave to held-out normal images; every rule is drawn from these,
/// so another rule needs no scoring again.
public struct ScoreSample: Sendable, Equatable {
    /// Every score, ascending.
    public let sorted: [Float]
    /// Their mean.
    public let mu: Double
    /// Their standard deviation, with n − 1 in the denominator.
    public let sigma: Double

    /// The sample of `scores`, at least two.
    public init(of scores: [Float]) {
        (mu, sigma) = Self.moments(of: scores)
        sorted = scores.sorted()
    }

    /// The same of scores that ascend already, which takes one pass and no sorting.
    init(ascending scores: [Float]) {
        (mu, sigma) = Self.moments(of: scores)
        sorted = scores
    }

    private static func moments(of scores: [Float]) -> (mean: Double, deviation: Double) {
        precondition(scores.count >= 2, "a standard deviation needs two scores")
        let count = Double(scores.count)
        let mean = scores.reduce(0) { $0 + Double($1) } / count
        let squares = scores.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
        return (mean, (squares / (count - 1)).squareRoot())
    }

    /// A sample read from a file: mean and deviation to the bit as they were when it was written, of
    /// scores in another order.
    init(sorted: [Float], mu: Double, sigma: Double) {
        (self.sorted, self.mu, self.sigma) = (sorted, mu, sigma)
    }

    /// The number of images scored.
    public var n: Int { sorted.count }
}
