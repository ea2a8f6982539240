import Foundation
import Tensors
import Testing

@Suite struct ElementwiseTests {
    @Test(arguments: [1, 16, 50])
    func `the logistic function agrees with the C library to a few units in the last place`(
        columns: Int
    ) {
        let matrix = Matrix(rows: 8, columns: columns)
        for index in 0..<matrix.count {
            matrix[index / columns, index % columns] = Float(index) * 50 / Float(matrix.count) - 25
        }
        let result = Matrix(rows: 8, columns: columns)
        logistic(matrix, into: result)
        for (x, value) in zip(matrix.elements, result.elements) {
            let expected = 1 / (1 + exp(-Double(x)))
            #expect(abs(Double(value) - expected) <= 2e-6 * expected, "at \(x)")
        }
    }

    @Test func `what is no number is not made one`() {
        let (x, y) = (Matrix(rows: 1, columns: 3, [0, .nan, 200]), Matrix(rows: 1, columns: 3))
        logistic(x, into: y)
        #expect(y[0, 0] == 0.5 && y[0, 1].isNaN && y[0, 2] == 1)
        let sums = compare(row: 0, of: Matrix(rows: 1, columns: 3), logits: x)
        #expect(sums.squaredError.isNaN && sums.crossEntropy.isNaN)
    }

    @Test(arguments: [1, 16, 17, 784, 3000])
    func `a row's comparison agrees with double precision, however sure the decoder is`(
        columns: Int
    ) {
        var random = RandomNumbers(seed: 3)
        let (x, a) = (Matrix(rows: 1, columns: columns), Matrix(rows: 1, columns: columns))
        let gradients = [Matrix(rows: 1, columns: columns), Matrix(rows: 1, columns: columns)]
        var (squared, entropy) = (0.0, 0.0)
        for column in 0..<columns {
            let pixel = Float(Int(random.nextUniform() * 256)) / 255
            let logit = random.nextNormal() * 12
            (x[0, column], a[0, column]) = (pixel, logit)
            squared += pow(Double(pixel) - 1 / (1 + exp(-Double(logit))), 2)
            let softplus = max(Double(logit), 0) + log1p(exp(-abs(Double(logit))))
            entropy += softplus - Double(pixel) * Double(logit)
        }
        let results = [
            compare(row: 0, of: x, logits: a),
            compare(
                row: 0, of: x, logits: a, gradient: gradients[0], of: .crossEntropy, weight: 3),
            compare(
                row: 0, of: x, logits: a, gradient: gradients[1], of: .halfSquaredError, weight: 3),
        ]
        for sums in results {
            #expect(abs(Double(sums.squaredError) - squared) < 2e-6 * squared)
            #expect(abs(Double(sums.crossEntropy) - entropy) < 2e-6 * entropy)
        }
        for column in 0..<columns {
            let s = 1 / (1 + exp(-Double(a[0, column])))
            let (difference, slope) = (3 * (s - Double(x[0, column])), s * (1 - s))
            #expect(abs(Double(gradients[0][0, column]) - difference) < 1e-6)
            #expect(abs(Double(gradients[1][0, column]) - difference * slope) < 1e-6)
        }
    }

    @Test(arguments: [1, 8, 200])
    func `the divergence from the prior agrees with its formula`(columns: Int) {
        var random = RandomNumbers(seed: 4)
        let (mu, log) = (Matrix(rows: 1, columns: columns), Matrix(rows: 1, columns: columns))
        var expected = 0.0
        for column in 0..<columns {
            mu[0, column] = random.nextNormal()
            log[0, column] = random.nextNormal()
            let (m, l) = (Double(mu[0, column]), Double(log[0, column]))
            expected += (m * m + exp(l) - 1 - l) / 2
        }
        let kl = klDivergence(row: 0, mu: mu, logVariance: log)
        #expect(abs(Double(kl) - expected) < 2e-6 * max(expected, 1))
    }
}
