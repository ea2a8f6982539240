import Tensors
import Testing

@Suite struct MatrixTests {
    @Test func `views share the storage of the matrix they look into`() {
        let matrix = Matrix(rows: 3, columns: 2, [1, 2, 3, 4, 5, 6])
        let view = matrix.rows(1..<3)
        view[0, 1] = 40
        #expect(matrix.elements == [1, 2, 3, 40, 5, 6])
        #expect(matrix.slice(at: 2, rows: 2, columns: 2).elements == [3, 40, 5, 6])
    }

    @Test func `an element outside the matrix stops the program`() async {
        await #expect(processExitsWith: .failure) {
            let matrix = Matrix(rows: 2, columns: 2)
            _ = matrix[2, 0]
        }
    }

    /// With factors rounded to 8 significant bits, a product is off by a part in 256 at most, and a sum
    /// of k independent ones by about √k times that.
    private static let arithmetics: [(PackedLinear.Arithmetic, tolerance: Double)] =
        [(.single, 1e-5)]
        + (PackedLinear.Arithmetic.bfloat16.isSupported ? [(.bfloat16, 1e-2)] : [])

    @Test(arguments: arithmetics, [(1, 1, 1), (3, 5, 7), (16, 200, 33), (128, 784, 50)])
    func `a product agrees with the definition in every order of its factors`(
        arithmetic: (of: PackedLinear.Arithmetic, tolerance: Double),
        size: (m: Int, k: Int, n: Int)
    ) {
        let (m, k, n) = size
        var random = RandomNumbers(seed: 7)
        let (a, b) = (Matrix(rows: m, columns: k), Matrix(rows: k, columns: n))
        random.fillWithNormal(a)
        random.fillWithNormal(b)
        let naive = (0..<m).flatMap { row in
            (0..<n).map { column in
                (0..<k).reduce(0.0) { $0 + Double(a[row, $1]) * Double(b[$1, column]) }
            }
        }
        let tolerance = arithmetic.tolerance * Double(k).squareRoot()
        let gemm = GEMM(arithmetic.of)
        let c = Matrix(rows: m, columns: n)
        let products = [
            { gemm.multiply(a, b, into: c) },
            { gemm.multiply(a, b.transposed(), transposing: .second, into: c) },
            { gemm.multiply(transposing: 0..<m, of: a.transposed(), by: b, into: c) },
        ]
        for product in products + products {
            product()
            for (value, expected) in zip(c.elements, naive) {
                #expect(abs(Double(value) - expected) < tolerance)
            }
        }
        let band = Matrix(rows: m / 2, columns: n)
        gemm.multiply(transposing: (m - m / 2)..<m, of: a.transposed(), by: b, into: band)
        for (value, expected) in zip(band.elements, naive.suffix(m / 2 * n)) {
            #expect(abs(Double(value) - expected) < tolerance)
        }
        gemm.multiply(a, b, into: c)
        gemm.multiply(a, b, into: c, accumulating: true)
        #expect(abs(Double(c[0, 0]) - 2 * naive[0]) < 2 * tolerance)
    }

    @Test func `a product over nothing is zero`() {
        let c = Matrix(rows: 2, columns: 3, [Float](repeating: 9, count: 6))
        GEMM().multiply(Matrix(rows: 2, columns: 0), Matrix(rows: 0, columns: 3), into: c)
        #expect(c.elements == [0, 0, 0, 0, 0, 0])
        c[0, 0] = 9
        GEMM().multiply(
            transposing: 0..<2, of: Matrix(rows: 0, columns: 2), by: Matrix(rows: 0, columns: 3),
            into: c)
        #expect(c.elements == [0, 0, 0, 0, 0, 0])
    }

    @Test func `a bias is added to every row and its gradient sums them`() {
        let matrix = Matrix(rows: 3, columns: 2)
        add(Matrix(rows: 1, columns: 2, [1, -2]), toRowsOf: matrix)
        #expect(matrix.elements == [1, -2, 1, -2, 1, -2])
        let (sums, squares) = (Matrix(rows: 1, columns: 2), Matrix(rows: 1, columns: 2, [1, 1]))
        sumRows(of: matrix, into: sums)
        #expect(sums.elements == [3, -6])
        addMoments(of: matrix, sums: sums, squares: squares)
        #expect(sums.elements == [6, -12])
        #expect(squares.elements == [4, 13])
        add(Matrix(rows: 1, columns: 2, [-2, 3]), toRowsOf: matrix, rectifying: true)
        #expect(matrix.elements == [0, 1, 0, 1, 0, 1])
    }

    @Test func `pixels become numbers between zero and one`() {
        let matrix = Matrix(rows: 2, columns: 3)
        matrix.setRow(1, pixels: ([0, 51, 255] as [UInt8]).span)
        #expect(matrix.rows(1..<2).elements == [0, 0.2, 1])
    }
}
