public import Tensors

/// The directions in which rows of numbers vary most (Pearson, 1901), and how much.
public struct PrincipalComponents {
    /// Coordinates of every row along the two leading directions, `(rows, 2)` row by row.
    public let coordinates: [(x: Double, y: Double)]
    /// The shares of the total variance along them.
    public let shares: (Double, Double)

    /// Of `rows`, shape `(count, dimensions)` with at least two dimensions.
    public init(of rows: Matrix) {
        let (count, dimensions) = (Double(rows.rows), rows.columns)
        let sums = Matrix(rows: 1, columns: dimensions)
        sumRows(of: rows, into: sums)
        let means = sums.elements.map { Double($0) / count }
        let products = Matrix(rows: dimensions, columns: dimensions)
        GEMM().multiply(transposing: 0..<dimensions, of: rows, by: rows, into: products)
        let elements = products.elements
        var covariance = (0..<dimensions).map { a in
            (0..<dimensions).map { b in
                Double(elements[a * dimensions + b]) / count - means[a] * means[b]
            }
        }
        let total = covariance.indices.reduce(0) { $0 + covariance[$1][$1] }
        let first = Self.leading(&covariance)
        let second = Self.leading(&covariance)
        coordinates = (0..<rows.rows).map { row in
            rows.withRow(row) { values in
                var point = (x: 0.0, y: 0.0)
                for index in 0..<dimensions {
                    let value = Double(values[index]) - means[index]
                    point.x += value * first.direction[index]
                    point.y += value * second.direction[index]
                }
                return point
            }
        }
        shares = total > 0 ? (first.variance / total, second.variance / total) : (0, 0)
    }

    /// The eigenvector of the largest eigenvalue by power iteration; takes it out of the matrix.
    private static func leading(
        _ matrix: inout [[Double]]
    ) -> (direction: [Double], variance: Double) {
        // Not along an axis, and different in every component, so not orthogonal to what is sought.
        var vector = matrix.indices.map { 1 + Double($0 % 7) / 10 }
        var variance = 0.0
        for _ in 0..<1000 {
            let image = matrix.map { row in zip(row, vector).reduce(0) { $0 + $1.0 * $1.1 } }
            let norm = image.reduce(0) { $0 + $1 * $1 }.squareRoot()
            guard norm > 1e-12 else { break }
            vector = image.map { $0 / norm }
            if abs(norm - variance) < 1e-10 * norm { break }
            variance = norm
        }
        for a in matrix.indices {
            for b in matrix.indices { matrix[a][b] -= variance * vector[a] * vector[b] }
        }
        return (vector, variance)
    }
}
