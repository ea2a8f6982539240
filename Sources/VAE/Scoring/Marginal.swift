import Glibc

/// One score made normally distributed by its ranks on normal images.
///
/// Between the normal quantiles at −2.6 and 2.6 (0.5 % and 99.5 % of images) by their places, which are kept, and
/// beyond as steeply as on average over the last fifth of them: what is farther out comes out farther.
struct Marginal: Sendable, Equatable, Codable {
    let function: ScoreFunction
    /// Scores at the normal quantiles `places`, ascending.
    private let knots: [Double]

    private static let count = 53
    private static let reach = 2.6
    /// Beyond it nothing is told apart.
    private static let limit = 40.0
    private static let step = 2 * reach / Double(count - 1)

    init(_ function: ScoreFunction, of normal: [Scores]) {
        self.function = function
        let sorted = normal.map { Self.unskewed(Double($0[function]), function) }.sorted()
        var knots = (0..<Self.count).map { place in
            sorted.quantile(normalShare(below: Double(place) * Self.step - Self.reach))
        }
        // Where many images score the same there is a step, which must not be upright.
        let slope = 1e-9 * ((knots.last ?? 0) - (knots.first ?? 0) + 1e-12)
        for place in knots.indices.dropFirst() {
            knots[place] = max(knots[place], knots[place - 1] + slope)
        }
        self.knots = knots
    }

    /// Scores that are sums of squares or lengths are spread evenly by their logarithm.
    private static func unskewed(_ score: Double, _ function: ScoreFunction) -> Double {
        ScoreSet.positive.contains(function) ? log(max(0, score) + 1e-3) : score
    }

    /// Standard normal on normal images.
    func normalScore(of score: Float) -> Double {
        let value = Self.unskewed(Double(score), function)
        let last = Self.count - 1
        let z: Double
        if value <= knots[0] {
            let width = knots[last / 5] - knots[0]
            z = -Self.reach + (value - knots[0]) / max(width, 1e-12) * Self.step * Double(last / 5)
        } else if value >= knots[last] {
            let width = knots[last] - knots[last - last / 5]
            z =
                Self.reach + (value - knots[last]) / max(width, 1e-12) * Self.step
                * Double(last / 5)
        } else {
            let above = knots.place { $0 <= value }
            let part = (value - knots[above - 1]) / (knots[above] - knots[above - 1])
            z = (Double(above - 1) + part) * Self.step - Self.reach
        }
        // What is no number is as odd as can be.
        return z.isNaN ? Self.limit : min(Self.limit, max(-Self.limit, z))
    }
}

/// What a number among those of normal images is worth as a p-value: `−log₁₀` of the share of normal images with
/// as large a one.
///
/// Beyond 98 % of the images as an exponential distribution has it, with the mean excess of the rest: that is no
/// probability any more, but what is larger stays larger.
struct Tail: Sendable, Equatable, Codable {
    /// Numbers at equal steps of `−log₁₀ p`, up to the start of the tail.
    private let knots: [Double]
    /// Mean excess over the last of them.
    private let excess: Double

    private static let share = 0.02
    private static let count = 41
    /// Beyond it nothing is told apart.
    private static let most = 300.0
    private static let step = -log10(share) / Double(count - 1)

    init(of normal: [Double]) {
        let sorted = normal.sorted()
        var knots = (0..<Self.count).map { sorted.quantile(1 - pow(10, -Double($0) * Self.step)) }
        let slope = 1e-9 * ((knots.last ?? 0) - (knots.first ?? 0) + 1e-12)
        for place in knots.indices.dropFirst() {
            knots[place] = max(knots[place], knots[place - 1] + slope)
        }
        let start = knots[Self.count - 1]
        let beyond = sorted.filter { $0 > start }
        let mean = beyond.reduce(0) { $0 + ($1 - start) } / Double(max(1, beyond.count))
        excess = max(mean, 1e-9 * max(1, abs(start)))
        self.knots = knots
    }

    func evidence(of value: Double) -> Double {
        let last = Self.count - 1
        if value <= knots[0] { return 0 }
        if value >= knots[last] {
            let beyond = (value - knots[last]) / excess * log10(M_E)
            return min(Self.most, Double(last) * Self.step + beyond)
        }
        let above = knots.place { $0 <= value }
        let part = (value - knots[above - 1]) / (knots[above] - knots[above - 1])
        return (Double(above - 1) + part) * Self.step
    }
}

extension [Double] {
    /// The quantile of these, which ascend, between two of them in proportion.
    fileprivate func quantile(_ share: Double) -> Double {
        guard let last else { return 0 }
        let place = Swift.min(Swift.max(share, 0), 1) * Double(count - 1)
        let below = Int(place)
        guard below + 1 < count else { return last }
        return self[below] + (place - Double(below)) * (self[below + 1] - self[below])
    }

    /// How many come before the first for which `isBefore` is false.
    fileprivate func place(_ isBefore: (Double) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if isBefore(self[middle]) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

/// The share of a standard normal distribution below `z`.
private func normalShare(below z: Double) -> Double { erfc(-z / 2.0.squareRoot()) / 2 }
