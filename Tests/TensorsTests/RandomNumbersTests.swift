import Foundation
import Tensors
import Testing

@Suite struct RandomNumbersTests {
    @Test func `the same address repeats and another one differs`() {
        var (a, b, c) = (
            RandomNumbers(seed: 1, 2, 3), RandomNumbers(seed: 1, 2, 3), RandomNumbers(seed: 1, 3, 2)
        )
        let first = (0..<8).map { _ in a.next() }
        #expect(first == (0..<8).map { _ in b.next() })
        #expect(first != (0..<8).map { _ in c.next() })
    }

    @Test func `normal numbers have the moments and the tails of the normal distribution`() {
        let count = 1_000_000
        let matrix = Matrix(rows: 1, columns: count)
        var random = RandomNumbers(seed: 5)
        random.fillWithNormal(matrix)
        let numbers = matrix.elements.map(Double.init)
        let mean = numbers.reduce(0, +) / Double(count)
        let moment = { (power: Double) in
            numbers.reduce(0) { $0 + pow($1 - mean, power) } / Double(count)
        }
        // Five standard errors: 1/√n, √(2/n), √(15/n), √(96/n).
        #expect(abs(mean) < 0.005)
        #expect(abs(moment(2) - 1) < 0.0071)
        #expect(abs(moment(3)) < 0.02)
        #expect(abs(moment(4) - 3) < 0.05)
        for (edge, share) in [(0.5, 0.617075), (1, 0.317311), (2, 0.045500), (3.7, 0.000216)] {
            let found = Double(numbers.count { abs($0) > edge }) / Double(count)
            #expect(abs(found - share) < 5 * (share / Double(count)).squareRoot(), "beyond \(edge)")
        }
    }

    @Test func `SplitMix64 gives the numbers of its author's program`() {
        var numbers = SplitMix64(seed: 1_234_567)
        let first = (0..<4).map { _ in numbers.next() }
        #expect(
            first == [
                6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
                4_593_380_528_125_082_431,
            ])
    }
}
