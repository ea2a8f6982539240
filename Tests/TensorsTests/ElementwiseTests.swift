import Foundation
import Tensors
import Testing

@Suite struct ElementwiseTests {
    @Test(arguments: [1, 3, 8])
    func `functions agree with the C library to a few units in the last place`(rows: Int) {
        let matrix = Matrix(rows: 8, columns: 50)
        for index in 0..<8 * 50 { matrix[index / 50, index % 50] = Float(index) / 8 - 25 }
        let result = Matrix(rows: 8, columns: 50)
        for kind in [ElementwiseFunction.Kind.logistic, .exponential] {
            ElementwiseFunction(kind, columns: 50, capacity: 8)
                .apply(to: matrix.rows(0..<rows), into: result.rows(0..<rows))
            for index in 0..<rows * 50 {
                let x = Double(matrix[index / 50, index % 50])
                let expected = kind == .logistic ? 1 / (1 + exp(-x)) : exp(x)
                let value = Double(result[index / 50, index % 50])
                #expect(abs(value - expected) <= 2e-6 * expected, "\(kind) of \(x)")
            }
        }
    }

    @Test(arguments: [1, 16, 17, 784, 3000])
    func `a row's comparison agrees with double precision, however sure the decoder is`(
        columns: Int
    ) {
        var random = RandomNumbers(seed: 3)
        let (x, a, s) = (
            Matrix(rows: 1, columns: columns), Matrix(rows: 1, columns: columns),
            Matrix(rows: 1, columns: columns)
        )
        var (squared, entropy) = (0.0, 0.0)
        for column in 0..<columns {
            let pixel = Float(Int(random.nextUniform() * 256)) / 255
            let logit = random.nextNormal() * 12
            (x[0, column], a[0, column]) = (pixel, logit)
            s[0, column] = Float(1 / (1 + exp(-Double(logit))))
            squared += pow(Double(pixel) - Double(s[0, column]), 2)
            let softplus = max(Double(logit), 0) + log1p(exp(-abs(Double(logit))))
            entropy += softplus - Double(pixel) * Double(logit)
        }
        let sums = compare(row: 0, of: x, logits: a, reconstruction: s)
        #expect(abs(Double(sums.squaredError) - squared) < 2e-6 * squared)
        #expect(abs(Double(sums.crossEntropy) - entropy) < 2e-6 * entropy)
    }

    @Test(arguments: [1, 8, 200])
    func `the divergence from the prior agrees with its formula`(columns: Int) {
        var random = RandomNumbers(seed: 4)
        let (mu, log, sigma) = (
            Matrix(rows: 1, columns: columns), Matrix(rows: 1, columns: columns),
            Matrix(rows: 1, columns: columns)
        )
        var expected = 0.0
        for column in 0..<columns {
            mu[0, column] = random.nextNormal()
            log[0, column] = random.nextNormal()
            sigma[0, column] = Float(exp(Double(log[0, column]) / 2))
            let (m, l) = (Double(mu[0, column]), Double(log[0, column]))
            expected += (m * m + exp(l) - 1 - l) / 2
        }
        let kl = klDivergence(row: 0, mu: mu, logVariance: log, deviation: sigma)
        #expect(abs(Double(kl) - expected) < 2e-6 * max(expected, 1))
    }
}
