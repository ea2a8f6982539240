/// The directions in which rows of numbers vary most, and how much (Pearson, 1901).
///
/// By orthogonal iteration with a Rayleigh-Ritz step (Golub and Van Loan, Matrix Computations, 8.2): the same
/// rows give the same axes.
public struct PrincipalAxes: Sendable, Equatable {
    /// The mean row.
    public let mean: [Float]
    /// Unit vectors, one after the other, the one with the largest variance first.
    public let axes: [[Float]]
    /// The variance along each, descending.
    public let variances: [Float]
    /// The variance along all directions there are.
    public let total: Float

    /// At most `count` axes of `rows`, of which there is at least one.
    public init(of rows: Matrix, count: Int) {
        precondition(rows.rows > 0 && count > 0, "there is nothing to find axes of")
        let dimensions = rows.columns
        let sums = Matrix(rows: 1, columns: dimensions)
        sumRows(of: rows, into: sums)
        let mean = sums.elements.map { $0 / Float(rows.rows) }
        let covariance = Self.covariance(of: rows, around: mean)
        total = (0..<dimensions).reduce(0) { $0 + covariance[$1, $1] }
        self.mean = mean
        // A few more than asked for, so that the last of those converge as fast as the first.
        let width = min(dimensions, count + 8)
        var basis = Self.start(dimensions: dimensions, width: width)
        let image = Matrix(rows: width, columns: dimensions)
        let gemm = GEMM()
        for _ in 0..<16 {
            gemm.multiply(basis, covariance, into: image)
            basis = Self.orthonormal(image)
        }
        gemm.multiply(basis, covariance, into: image)
        let small = Matrix(rows: width, columns: width)
        gemm.multiply(basis, image, transposing: .second, into: small)
        let (values, vectors) = SymmetricEigenvalues(small).sorted
        let rotated = Matrix(rows: width, columns: dimensions)
        gemm.multiply(vectors, basis, into: rotated)
        let kept = min(count, width)
        axes = (0..<kept).map { rotated[$0] }
        variances = values.prefix(kept).map { max(0, Float($0)) }
    }

    /// `(dimensions, dimensions)`.
    private static func covariance(of rows: Matrix, around mean: [Float]) -> Matrix {
        let centred = Matrix(rows: rows.rows, columns: rows.columns)
        for row in 0..<rows.rows {
            for column in 0..<rows.columns {
                centred[row, column] = rows[row, column] - mean[column]
            }
        }
        let products = Matrix(rows: rows.columns, columns: rows.columns)
        GEMM().multiply(
            transposing: 0..<rows.columns, of: centred, by: centred, into: products)
        for a in 0..<products.rows {
            for b in 0..<products.columns { products[a, b] /= Float(rows.rows) }
        }
        return products
    }

    /// Vectors in no special direction, the same always.
    private static func start(dimensions: Int, width: Int) -> Matrix {
        let basis = Matrix(rows: width, columns: dimensions)
        var random = RandomNumbers(seed: 1)
        random.fillWithNormal(basis)
        return orthonormal(basis)
    }

    /// Rows that span what those of `matrix` do, by Gram-Schmidt, twice for the sake of rounding.
    private static func orthonormal(_ matrix: Matrix) -> Matrix {
        var rows = (0..<matrix.rows).map { matrix[$0].map(Double.init) }
        for index in rows.indices {
            for _ in 0..<2 {
                for other in 0..<index {
                    let product = zip(rows[index], rows[other]).reduce(0) { $0 + $1.0 * $1.1 }
                    for column in rows[index].indices {
                        rows[index][column] -= product * rows[other][column]
                    }
                }
            }
            let length = rows[index].reduce(0) { $0 + $1 * $1 }.squareRoot()
            // Nothing is left where there are fewer directions than rows.
            rows[index] = rows[index].map { length > 1e-30 ? $0 / length : 0 }
        }
        return Matrix(
            rows: matrix.rows, columns: matrix.columns, rows.flatMap { $0.map { Float($0) } })
    }
}

/// Eigenvalues and eigenvectors of a small symmetric matrix, by Jacobi's rotations (Golub and Van Loan, 8.5).
public struct SymmetricEigenvalues {
    private let values: [Double]
    private let vectors: [[Double]]

    /// Of `matrix`, whose halves agree; a few hundred rows take a second.
    public init(_ matrix: Matrix) {
        precondition(matrix.rows == matrix.columns, "only square matrices have eigenvalues")
        let n = matrix.rows
        var a = (0..<n).map { row in
            (0..<n).map { Double(matrix[row, $0] + matrix[$0, row]) / 2 }
        }
        var v = (0..<n).map { row in (0..<n).map { $0 == row ? 1.0 : 0 } }
        for _ in 0..<50 {
            var off = 0.0
            var diagonal = 0.0
            for row in 0..<n {
                diagonal += a[row][row] * a[row][row]
                for column in (row + 1)..<max(n, row + 1) { off += a[row][column] * a[row][column] }
            }
            if off <= 1e-24 * diagonal { break }
            for p in 0..<n {
                for q in (p + 1)..<max(n, p + 1) where a[p][q] != 0 {
                    Self.rotate(&a, &v, p, q)
                }
            }
        }
        values = (0..<n).map { a[$0][$0] }
        vectors = v
    }

    /// Makes `a[p][q]` zero; the rows of `v` become the eigenvectors.
    private static func rotate(_ a: inout [[Double]], _ v: inout [[Double]], _ p: Int, _ q: Int) {
        let theta = (a[q][q] - a[p][p]) / (2 * a[p][q])
        let t = (theta >= 0 ? 1.0 : -1.0) / (abs(theta) + (theta * theta + 1).squareRoot())
        let c = 1 / (t * t + 1).squareRoot()
        let s = t * c
        for k in a.indices {
            let (kp, kq) = (a[k][p], a[k][q])
            a[k][p] = c * kp - s * kq
            a[k][q] = s * kp + c * kq
        }
        for k in a.indices {
            let (pk, qk) = (a[p][k], a[q][k])
            a[p][k] = c * pk - s * qk
            a[q][k] = s * pk + c * qk
            let (vp, vq) = (v[p][k], v[q][k])
            v[p][k] = c * vp - s * vq
            v[q][k] = s * vp + c * vq
        }
    }

    /// The values, descending, and the vectors that belong to them as rows.
    public var sorted: (values: [Double], vectors: Matrix) {
        let order = values.indices.sorted { values[$0] > values[$1] }
        return (
            order.map { values[$0] },
            Matrix(
                rows: values.count, columns: values.count,
                order.flatMap { vectors[$0].map { Float($0) } })
        )
    }
}
