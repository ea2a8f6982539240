import Tensors

/// How far a vector lies from those of normal images, every direction measured by how much they vary along it.
///
/// `Σ (aᵢ·(d − m))² / max(λᵢ, floor)` over the principal axes aᵢ with variances λᵢ of normal vectors with the mean
/// m. All directions that vary less than the floor, which is a share of the largest variance, count as if they
/// varied so much: what normal images hardly ever do says nothing about how odd it is (the regularisation of
/// RaPP's NAP, Kim et al., ICLR 2020; the probabilistic view is Tipping and Bishop's, 1999).
public struct PrincipalDistance: Sendable, Equatable {
    /// m.
    public let mean: [Float]
    /// The axes that vary more than the floor, unit vectors.
    public let axes: [[Float]]
    /// The variances along them.
    public let variances: [Float]
    /// The smallest variance that counts.
    public let floor: Float

    /// More axes than these are not told apart from the floor.
    static let mostAxes = 128

    /// Of the vectors that are the rows of `normal`, with a floor of `share` of the largest variance, or of what is
    /// left when there are no more axes.
    init(of normal: Matrix, floor share: Float) {
        let found = PrincipalAxes(of: normal, count: Self.mostAxes + 1)
        let largest = max(found.variances.first ?? 0, 1e-12)
        let kept = min(Self.mostAxes, found.variances.prefix { $0 > largest * share }.count)
        floor =
            kept < found.variances.count
            ? max(largest * share, kept == Self.mostAxes ? found.variances[kept] : 0)
            : largest * share
        mean = found.mean
        // As they are kept in files, so that what is computed after reading is the same.
        axes = found.axes.prefix(kept).map { $0.map { Float(Float16($0)) } }
        variances = Array(found.variances.prefix(kept))
    }

    init(mean: [Float], axes: [[Float]], variances: [Float], floor: Float) {
        (self.mean, self.axes, self.variances, self.floor) = (mean, axes, variances, floor)
    }

    /// The length of the vectors.
    public var dimensions: Int { mean.count }

    /// The distance of one vector, step by step.
    public func squared(_ vector: [Float]) -> Float {
        let centred = zip(vector, mean).map { $0 - $1 }
        var rest = centred.reduce(0) { $0 + $1 * $1 }
        var sum: Float = 0
        for (axis, variance) in zip(axes, variances) {
            let along = zip(axis, centred).reduce(0) { $0 + $1.0 * $1.1 }
            rest -= along * along
            sum += along * along / variance
        }
        return sum + max(0, rest) / floor
    }
}

/// Computes a `PrincipalDistance` of many vectors at once; belongs to one thread.
final class PrincipalDistances {
    private let projection: PackedLinear?
    private let along: Matrix
    private let distance: PrincipalDistance
    private let mean: Matrix
    /// Around the mean.
    private let vectors: Matrix

    /// For at most `capacity` vectors at once.
    init(_ distance: PrincipalDistance, capacity: Int) {
        self.distance = distance
        let (dimensions, count) = (distance.dimensions, distance.axes.count)
        along = Matrix(rows: capacity, columns: count)
        mean = Matrix(rows: 1, columns: dimensions, distance.mean)
        vectors = Matrix(rows: capacity, columns: dimensions)
        guard count > 0 else {
            projection = nil
            return
        }
        // What an axis takes from the rest and gives instead: p²/floor − p²/λ.
        let weights = Matrix(rows: dimensions, columns: count)
        for (column, axis) in distance.axes.enumerated() {
            let scale = max(0, 1 / distance.floor - 1 / distance.variances[column]).squareRoot()
            for row in 0..<dimensions { weights[row, column] = axis[row] * scale }
        }
        projection = PackedLinear(
            ConstantMatrix(weights), bias: ConstantMatrix(Matrix(rows: 1, columns: count)),
            as: .fp32, rectifying: false, capacity: capacity)
    }

    /// Prepares the distances of the first `count` rows of `rows`, of which the first columns count.
    func run(_ rows: Matrix, _ count: Int) {
        for row in 0..<count {
            center(row: row, rows, around: mean, into: vectors)
        }
        projection?.apply(to: vectors, into: along, rows: count)
    }

    /// That of one row.
    func squared(_ row: Int) -> Float {
        let rest = sumOfSquares(row: row, of: vectors) / distance.floor
        return max(0, rest - sumOfSquares(row: row, of: along))
    }
}
