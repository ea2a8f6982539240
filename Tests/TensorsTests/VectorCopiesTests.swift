import CKernels
import Foundation
import Tensors
import Testing

/// The loops of training are compiled for several kinds of processor; all that this one can run must
/// agree with the formula, whether or not vectors are filled.
@Suite struct VectorCopiesTests {
    private static let levels = Array(0...elbod_level())

    private func numbers(_ count: Int, seed: UInt64) -> [Float] {
        var random = RandomNumbers(seed: seed)
        return (0..<count).map { _ in random.nextNormal() }
    }

    @Test(arguments: levels, [1, 15, 16, 33, 200])
    func `a draw and its divergence follow their formulas`(level: Int32, count: Int) {
        let (mu, l, epsilon) = (
            numbers(count, seed: 1), numbers(count, seed: 2), numbers(count, seed: 3)
        )
        var (sigma, z) = (
            [Float](repeating: 9, count: count + 1), [Float](repeating: 9, count: count + 1)
        )
        let sum = elbod_sample(level, mu, l, epsilon, count, &sigma, &z)
        let expected = (0..<count).reduce(0.0) {
            $0 + pow(Double(mu[$1]), 2) + exp(Double(l[$1])) - 1 - Double(l[$1])
        }
        #expect(abs(Double(sum) - expected) < 1e-5 * max(1, expected))
        for index in 0..<count {
            let s = exp(Double(l[index]) / 2)
            #expect(abs(Double(sigma[index]) - s) < 2e-6 * s)
            #expect(abs(Double(z[index]) - (Double(mu[index]) + s * Double(epsilon[index]))) < 1e-5)
        }
        #expect(sigma[count] == 9 && z[count] == 9, "wrote beyond the end")
    }

    @Test(arguments: levels, [1, 16, 33])
    func `Adam follows algorithm 1 of its paper`(level: Int32, count: Int) {
        let gradients = numbers(3 * count, seed: 4)
        var (p, m, v) = (
            numbers(count, seed: 5), [Float](repeating: 0, count: count),
            [Float](repeating: 0, count: count)
        )
        var exact = (p: p.map(Double.init), m: m.map(Double.init), v: v.map(Double.init))
        for step in 1...3 {
            let g = Array(gradients[((step - 1) * count)..<(step * count)])
            let corrections = (1 - pow(0.9, Double(step)), 1 - pow(0.999, Double(step)))
            elbod_adam(
                level, &p, &m, &v, g, count, 0.9, 0.999, Float(1e-2 / corrections.0),
                Float(1 / corrections.1.squareRoot()), 1e-8)
            for index in 0..<count {
                exact.m[index] = 0.9 * exact.m[index] + 0.1 * Double(g[index])
                exact.v[index] = 0.999 * exact.v[index] + 0.001 * pow(Double(g[index]), 2)
                let (mean, variance) = (
                    exact.m[index] / corrections.0, exact.v[index] / corrections.1
                )
                exact.p[index] -= 1e-2 * mean / (variance.squareRoot() + 1e-8)
            }
        }
        for index in 0..<count { #expect(abs(Double(p[index]) - exact.p[index]) < 1e-6) }
    }

    @Test(arguments: levels, [1, 16, 33])
    func `shares of rows add up, to a base or to nothing`(level: Int32, count: Int) {
        let x = numbers(5 * count, seed: 21)
        let shares = [(3, Float(0.5)), (0, -1.25), (4, 2)].map {
            elbod_share(offset: $0.0 * count, weight: $0.1)
        }
        var sums = numbers(count, seed: 22) + [9]
        let expected = (0..<count).map { at in
            shares.reduce(0) { $0 + $1.weight * x[$1.offset + at] }
        }
        let based = zip(sums, expected).map { $0 + $1 }
        sums.withUnsafeMutableBufferPointer {
            let base = $0.baseAddress
            elbod_combine(level, x, 0, shares, shares.count, base, count, base)
        }
        for (sum, based) in zip(sums, based) { #expect(abs(sum - based) < 1e-5) }
        elbod_combine(level, x, 0, shares, shares.count, nil, count, &sums)
        for (sum, expected) in zip(sums, expected) { #expect(abs(sum - expected) < 1e-5) }
        #expect(sums[count] == 9, "wrote beyond the end")
        let bytes = (0..<(2 * count)).map { Int8(truncatingIfNeeded: 37 * $0) }
        elbod_combine(
            level, bytes, 3, [elbod_share(offset: count, weight: 2)], 1, nil, count, &sums)
        #expect(Array(sums[..<count]) == bytes[count...].map { 2 * Float($0) })
    }

    @Test(arguments: levels, [1, 16, 33])
    func `ReLU leaves what is above zero, in either kind of float`(level: Int32, count: Int) {
        let x = numbers(count, seed: 23)
        var y = [Float](repeating: 9, count: count + 1)
        elbod_rectify(level, x, count, &y, nil)
        #expect(y == x.map { max($0, 0) } + [9])
        var narrow = [UInt16](repeating: 9, count: count + 1)
        elbod_rectify(level, x, count, nil, &narrow)
        for (x, narrow) in zip(x, narrow) {
            #expect(abs(Float(bitPattern: UInt32(narrow) << 16) - max(x, 0)) <= abs(x) / 256)
        }
        #expect(narrow[count] == 9, "wrote beyond the end")
    }

    @Test(arguments: levels, [1, 16, 33])
    func `gradients pass where an output was above zero`(level: Int32, count: Int) {
        let output = numbers(count, seed: 6)
        var gradient = numbers(count, seed: 7)
        let expected = zip(gradient, output).map { $1 > 0 ? $0 : 0 }
        elbod_mask(level, &gradient, output, count)
        #expect(gradient == expected)
    }

    @Test(arguments: levels, [(37, 128 + 16 + 3), (32, 5), (7, 16)])
    func `a layer of one row is its formula, whichever inputs are zero`(
        level: Int32, size: (k: Int, n: Int)
    ) {
        let (k, n) = size
        let x = numbers(k, seed: 8).enumerated().map { $0 % 3 == 0 || $0 / 16 == 1 ? 0 : $1 }
        let (w, b) = (numbers(k * n, seed: 9), numbers(n, seed: 10))
        for rectifying in [false, true] {
            var y = [Float](repeating: 9, count: n + 1)
            var (values, active) = (
                [Float](repeating: 0, count: k), [Int32](repeating: 0, count: k)
            )
            elbod_row(level, x, k, w, n, b, rectifying ? 1 : 0, &y, &values, &active)
            for column in 0..<n {
                let sum = (0..<k).reduce(Double(b[column])) {
                    $0 + Double(x[$1]) * Double(w[$1 * n + column])
                }
                let expected = rectifying ? max(sum, 0) : sum
                #expect(abs(Double(y[column]) - expected) <= 1e-5, "column \(column)")
            }
            #expect(y[n] == 9, "wrote beyond the end")
        }
    }
}
