import Glibc

/// Several scores made one number: how far the oddest of a few parts lies from normal images.
///
/// Every score is made normally distributed by its ranks on normal images, a part says how far its scores lie
/// from normal together, and its p-value among normal images makes parts comparable. `fused` is the logarithm of
/// the weighted harmonic mean of those p-values (Wilson, 2019), which the smallest decides. Fitted on normal
/// images alone, which must be others than those that trained the model and than those that are calibrated with:
/// otherwise what is promised of the fused score does not hold.
public struct Fusion: Sendable, Equatable, Codable {
    /// The parts.
    public let parts: [FusionPart]

    init(parts: [FusionPart]) { self.parts = parts }

    /// Fits `plan` to the scores of normal images.
    public init(_ plan: [FusionPart.Plan], to normal: [Scores]) {
        parts = plan.map { FusionPart($0, to: normal) }
    }

    /// The scores that it takes.
    public var functions: ScoreSet { ScoreSet(parts.flatMap { $0.marginals.map(\.function) }) }

    /// Adds the parts' scores and the fused one; `room` is for as many numbers as a part takes scores.
    func add(to scores: inout Scores, _ room: inout [Double]) {
        var largest = -Double.infinity
        for part in parts {
            let evidence = part.evidence(scores, &room)
            scores[part.function] = Float(evidence)
            largest = max(largest, evidence + part.logarithmOfWeight)
        }
        // Apart from the largest, whose power may be beyond a double.
        var sum = 0.0
        for part in parts {
            sum += pow(10, Double(scores[part.function]) + part.logarithmOfWeight - largest)
        }
        scores[.fused] = Float(largest + log10(sum))
    }

    /// As many scores as the part with the most takes.
    var width: Int { parts.map(\.marginals.count).max() ?? 0 }
}

/// Scores that show the same kind of oddity, and how they lie together on normal images.
public struct FusionPart: Sendable, Equatable, Codable {
    /// The score that it makes.
    public let function: ScoreFunction
    /// Its share of the false alarms.
    public let weight: Double
    let combination: Combination
    let marginals: [Marginal]
    /// The inverse of the covariance of the marginals' normal scores, row by row; empty where they are summed.
    let precision: [Double]
    let means: [Double]
    let tail: Tail

    /// How a part is made.
    public struct Plan: Sendable {
        let function: ScoreFunction
        let weight: Double
        let combination: Combination
        let functions: [ScoreFunction]

        init(
            _ function: ScoreFunction, _ weight: Double, _ combination: Combination,
            _ functions: [ScoreFunction]
        ) {
            (self.function, self.weight) = (function, weight)
            (self.combination, self.functions) = (combination, functions)
        }
    }

    /// How scores are made one.
    enum Combination: String, Sendable, Codable {
        /// Mahalanobis distance: odd on either side, and together.
        case distance
        /// Mean: odd where all are large.
        case sum
        /// The largest: odd where any is large.
        case largest
        /// The largest magnitude: odd where any is, on either side.
        case farthest
    }

    /// What scores make which parts.
    static let plan = [
        Plan(
            .camera, 0.20, .distance,
            [
                .brightness, .contrast, .across, .down, .sharpness, .ripple, .spike, .border,
                .entropy, .entropyPatch, .white, .grey, .black,
            ]),
        Plan(.extreme, 0.03, .farthest, [.spike, .entropyPatch]),
        Plan(.line, 0.05, .sum, [.gap]),
        Plan(.surplus, 0.45, .sum, [.residual, .brightness, .entropy]),
        Plan(.meaning, 0.45, .sum, [.nap, .nap, .mse]),
    ]

    /// What shrinks a covariance towards independence.
    private static let shrinkage = 0.1

    init(_ plan: Plan, to normal: [Scores]) {
        (function, weight, combination) = (plan.function, plan.weight, plan.combination)
        let marginals = plan.functions.map { Marginal($0, of: normal) }
        let values = normal.map { scores in
            marginals.map { $0.normalScore(of: scores[$0.function]) }
        }
        let count = marginals.count
        let means = (0..<count).map { column in
            values.reduce(0) { $0 + $1[column] } / Double(max(1, values.count))
        }
        var precision: [Double] = []
        if plan.combination == .distance {
            var covariance = [Double](repeating: 0, count: count * count)
            for a in 0..<count {
                for b in 0..<count {
                    let sum = values.reduce(0) { $0 + ($1[a] - means[a]) * ($1[b] - means[b]) }
                    covariance[a * count + b] =
                        (1 - Self.shrinkage) * sum / Double(max(1, values.count - 1))
                        + (a == b ? Self.shrinkage : 0)
                }
            }
            precision = inverse(covariance, count)
        }
        (self.marginals, self.means, self.precision) = (marginals, means, precision)
        let combination = plan.combination
        tail = Tail(of: values.map { Self.combine($0[...], combination, means, precision) })
    }

    /// `−log₁₀` of its p-value.
    func evidence(_ scores: Scores, _ room: inout [Double]) -> Double {
        for (place, marginal) in marginals.enumerated() {
            room[place] = marginal.normalScore(of: scores[marginal.function])
        }
        let values = room[..<marginals.count]
        return tail.evidence(of: Self.combine(values, combination, means, precision))
    }

    var logarithmOfWeight: Double { log10(weight) }

    private static func combine(
        _ values: ArraySlice<Double>, _ combination: Combination, _ means: [Double],
        _ precision: [Double]
    ) -> Double {
        switch combination {
        case .sum: return values.reduce(0, +) / Double(values.count)
        case .largest: return values.max() ?? 0
        case .farthest: return values.reduce(0) { max($0, abs($1)) }
        case .distance:
            var sum = 0.0
            for a in values.indices {
                for b in values.indices {
                    sum +=
                        (values[a] - means[a]) * (values[b] - means[b])
                        * precision[a * values.count + b]
                }
            }
            return max(0, sum).squareRoot()
        }
    }
}

/// The inverse of a positive definite matrix, row by row, by Gauss and Jordan.
private func inverse(_ matrix: [Double], _ n: Int) -> [Double] {
    var a = matrix
    var inverse = (0..<(n * n)).map { $0 / n == $0 % n ? 1.0 : 0 }
    for pivot in 0..<n {
        let scale = 1 / a[pivot * n + pivot]
        for column in 0..<n {
            a[pivot * n + column] *= scale
            inverse[pivot * n + column] *= scale
        }
        for row in 0..<n where row != pivot {
            let factor = a[row * n + pivot]
            for column in 0..<n {
                a[row * n + column] -= factor * a[pivot * n + column]
                inverse[row * n + column] -= factor * inverse[pivot * n + column]
            }
        }
    }
    return inverse
}
