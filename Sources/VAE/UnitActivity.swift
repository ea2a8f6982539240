public import Tensors

/// Sums of μ and μ² per latent unit, from which the active units are counted.
///
/// A unit is active if the variance of its posterior mean over the data exceeds 0.01 (Burda, Grosse
/// & Salakhutdinov, "Importance Weighted Autoencoders", 2016, § 5.2); the others follow the prior
/// and carry nothing.
public final class UnitActivity {
    private let sums: Matrix
    private let squares: Matrix
    private static let threshold = 0.01

    /// Zero sums for `latent` units.
    public init(_ latent: Int) {
        sums = Matrix(rows: 1, columns: latent)
        squares = Matrix(rows: 1, columns: latent)
    }

    /// Back to zero, for another pass.
    public func reset() {
        forEachElement(sums) { $0 = 0 }
        forEachElement(squares) { $0 = 0 }
    }

    /// Adds the first `rows` rows of posterior means `mu`, shape `(rows, latent)`.
    public func add(_ mu: Matrix, rows: Int) {
        addMoments(of: mu.rows(0..<rows), sums: sums, squares: squares)
    }

    /// Active units according to the `images` images added.
    public func activeUnits(images: Int) -> Int {
        let total = Double(images)
        return (0..<sums.columns).count { unit in
            let mean = Double(sums[0, unit]) / total
            return Double(squares[0, unit]) / total - mean * mean > Self.threshold
        }
    }
}
