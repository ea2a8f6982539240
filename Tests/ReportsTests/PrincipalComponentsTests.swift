import Glibc
import Reports
import Tensors
import Testing

@Suite struct PrincipalComponentsTests {
    /// Three independent directions with variances 9, 4 and 1, turned and shifted.
    private func cloud() -> Matrix {
        var random = RandomNumbers(seed: 3)
        let (count, angle) = (4000, Float(0.6))
        let normal = Matrix(rows: count, columns: 3)
        random.fillWithNormal(normal)
        let turned = Matrix(rows: count, columns: 3)
        for row in 0..<count {
            let (a, b, c) = (3 * normal[row, 0], 2 * normal[row, 1], normal[row, 2])
            turned[row, 0] = 5 + cosf(angle) * a - sinf(angle) * b
            turned[row, 1] = sinf(angle) * a + cosf(angle) * b
            turned[row, 2] = c - 7
        }
        return turned
    }

    @Test func `the two leading directions hold their shares of the variance`() {
        let components = PrincipalComponents(of: cloud())
        #expect(abs(components.shares.0 - 9 / 14) < 0.02)
        #expect(abs(components.shares.1 - 4 / 14) < 0.02)
    }

    @Test func `coordinates are centred, uncorrelated, and as spread as the shares say`() {
        let points = PrincipalComponents(of: cloud()).coordinates
        let n = Double(points.count)
        let mean = { (value: ((x: Double, y: Double)) -> Double) in
            points.reduce(0) { $0 + value($1) } / n
        }
        #expect(abs(mean { $0.x }) < 1e-4 && abs(mean { $0.y }) < 1e-4)
        #expect(abs(mean { $0.x * $0.y }) < 1e-3)
        #expect(abs(mean { $0.x * $0.x } - 9) < 0.5 && abs(mean { $0.y * $0.y } - 4) < 0.3)
    }

    @Test func `rows that are all the same have no direction`() {
        let same = Matrix(rows: 5, columns: 3)
        let components = PrincipalComponents(of: same)
        #expect(components.shares == (0, 0))
        #expect(components.coordinates.allSatisfy { $0 == (0, 0) })
    }
}
