import Tensors
import Testing

@Suite struct PrincipalAxesTests {
    @Test func `axes of numbers that vary along known ones are found, the widest first`() {
        var random = RandomNumbers(seed: 2)
        let directions: [[Float]] = [
            [0.6, 0.8, 0, 0, 0, 0], [0, 0, 1, 0, 0, 0], [0.8, -0.6, 0, 0, 0, 0],
        ]
        let deviations: [Float] = [5, 2, 0.5]
        let rows = Matrix(rows: 4000, columns: 6)
        for row in 0..<4000 {
            for (direction, deviation) in zip(directions, deviations) {
                let along = deviation * random.nextNormal()
                for column in 0..<6 { rows[row, column] += along * direction[column] }
            }
            rows[row, 5] += 7
        }
        let axes = PrincipalAxes(of: rows, count: 3)
        for (place, direction) in directions.enumerated() {
            let cosine = zip(axes.axes[place], direction).reduce(0) { $0 + $1.0 * $1.1 }
            #expect(abs(abs(cosine) - 1) < 1e-3)
            #expect(abs(axes.variances[place].squareRoot() / deviations[place] - 1) < 0.05)
        }
        #expect(abs(axes.mean[5] - 7) < 1e-4)
        #expect(abs(axes.total - axes.variances.reduce(0, +)) < 1e-3 * axes.total)
    }

    @Test func `equal rows vary along nothing`() {
        let rows = Matrix(rows: 10, columns: 3, Array(repeating: 2, count: 30))
        let axes = PrincipalAxes(of: rows, count: 2)
        #expect(axes.variances.allSatisfy { $0 == 0 })
        #expect(axes.mean == [2, 2, 2])
    }

    @Test func `eigenvalues are those of the matrix`() {
        // 2 ± 1, and 5.
        let matrix = Matrix(rows: 3, columns: 3, [2, 1, 0, 1, 2, 0, 0, 0, 5])
        let (values, vectors) = SymmetricEigenvalues(matrix).sorted
        #expect(zip(values, [5, 3, 1]).allSatisfy { abs($0 - $1) < 1e-9 })
        for (row, value) in values.enumerated() {
            for a in 0..<3 {
                let product = (0..<3).reduce(0) { $0 + matrix[a, $1] * vectors[row, $1] }
                #expect(abs(product - Float(value) * vectors[row, a]) < 1e-5)
            }
        }
    }
}
