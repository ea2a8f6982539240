public import Tensors

/// The plane in which rows of numbers vary most, and how much (Pearson, 1901).
public struct PrincipalComponents {
    /// Coordinates of every row along the two leading directions, `(rows, 2)` row by row.
    public let coordinates: [(x: Double, y: Double)]
    /// The shares of the total variance along them.
    public let shares: (Double, Double)

    /// Of `rows`, shape `(count, dimensions)` with at least two dimensions.
    public init(of rows: Matrix) {
        let found = PrincipalAxes(of: rows, count: 2)
        coordinates = (0..<rows.rows).map { row in
            rows.withRow(row) { values in
                var point = (x: 0.0, y: 0.0)
                for index in found.mean.indices {
                    let value = Double(values[index] - found.mean[index])
                    point.x += value * Double(found.axes[0][index])
                    point.y += value * Double(found.axes[1][index])
                }
                return point
            }
        }
        let share = { (place: Int) in
            found.total > 0 ? Double(found.variances[place] / found.total) : 0
        }
        shares = (share(0), share(1))
    }
}
