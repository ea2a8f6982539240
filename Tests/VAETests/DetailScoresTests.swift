import Foundation
import Images
import Networks
import Tensors
import Testing
import VAE

/// Scores beyond the standard ones, against the textbook in double precision.
@Suite struct DetailScoresTests {
    private static let shape = ImageShape(rows: 9, columns: 21)
    private static let architecture = Architecture(
        inputs: shape.pixels, hidden: [24, 17], latent: 5)

    private let weights: Weights
    private let model: Model
    private let images: [UInt8]
    private static let count = 19

    init() {
        let parameters = Parameters(Self.architecture)
        parameters.initialize(seed: 3)
        forEachElement(parameters.buffer) { $0 *= 2 }
        weights = Weights(parameters)
        model = Model(weights: weights, imageShape: Self.shape)
        var random = RandomNumbers(seed: 5, 0, 0)
        images = (0..<(Self.count * Self.shape.pixels)).map { _ in
            let level = random.nextUniform()
            return level < 0.4 ? 0 : level > 0.9 ? 255 : UInt8(255 * random.nextUniform())
        }
    }

    private func pixels(_ index: Int) -> [Double] {
        images[(index * Self.shape.pixels)..<((index + 1) * Self.shape.pixels)].map {
            Double($0) / 255
        }
    }

    /// What the encoder's hidden layers, the posterior and the reconstruction are.
    private func trace(_ x: [Double]) -> (
        hidden: [Double], mu: [Double], logVariance: [Double], output: [Double]
    ) {
        var (h, hidden) = (x, [Double]())
        for layer in weights.encoder {
            h = layer.values(h).map { max($0, 0) }
            hidden += h
        }
        let (mu, logVariance) = (weights.mu.values(h), weights.logVariance.values(h))
        var z = mu
        for layer in weights.decoder { z = layer.values(z).map { max($0, 0) } }
        return (
            hidden, mu, logVariance, weights.output.values(z).map { 1 / (1 + exp(-$0)) }
        )
    }

    private func expected(_ index: Int) -> [ScoreFunction: Double] {
        let x = pixels(index)
        let (rows, columns) = (Self.shape.rows, Self.shape.columns)
        let at = { (row: Int, column: Int) in x[row * columns + column] }
        let (hidden, mu, logVariance, r) = trace(x)
        let again = trace(r).hidden
        let n = Double(x.count)
        let entropies = x.map { $0 > 0 && $0 < 1 ? -$0 * log($0) - (1 - $0) * log(1 - $0) : 0 }
        let cross = zip(x, r).reduce(0) { $0 - $1.0 * log($1.1) - (1 - $1.0) * log(1 - $1.1) }
        let squares = zip(x, r).map { ($0 - $1) * ($0 - $1) }
        func worst(_ values: [Double], _ side: Int) -> Double {
            var largest = 0.0
            for top in 0...(rows - side) {
                for left in 0...(columns - side) {
                    var sum = 0.0
                    for row in top..<(top + side) {
                        for column in left..<(left + side) { sum += values[row * columns + column] }
                    }
                    largest = max(largest, sum)
                }
            }
            return largest
        }
        func gap(_ sums: [Double]) -> Double {
            (1..<(sums.count - 1)).map { line in
                let beside = min(sums[line - 1], sums[line + 1])
                let missing = max(0, beside - sums[line])
                return missing * missing / (beside + 1)
            }.max() ?? 0
        }
        var (across, down, ripple, spike, noise) = (0.0, 0.0, 0.0, 0.0, 0.0)
        for row in 0..<rows {
            for column in 0..<columns {
                if column + 1 < columns { across += abs(at(row, column + 1) - at(row, column)) }
                if row + 1 < rows { down += abs(at(row + 1, column) - at(row, column)) }
                guard row > 0, row + 1 < rows, column > 0, column + 1 < columns else { continue }
                let sides =
                    at(row - 1, column) + at(row + 1, column) + at(row, column - 1)
                    + at(row, column + 1)
                let corners =
                    at(row - 1, column - 1) + at(row - 1, column + 1) + at(row + 1, column - 1)
                    + at(row + 1, column + 1)
                let bend = abs(4 * at(row, column) - sides)
                ripple += bend
                spike = max(spike, bend)
                noise += abs(4 * at(row, column) - 2 * sides + corners)
            }
        }
        let mean = x.reduce(0, +) / n
        let inner = Double((rows - 2) * (columns - 2))
        across /= Double(rows * (columns - 1))
        down /= Double((rows - 1) * columns)
        let edge =
            (0..<columns).reduce(0) { $0 + at(0, $1) + at(rows - 1, $1) }
            + (0..<rows).reduce(0) { $0 + at($1, 0) + at($1, columns - 1) }
        let lines = (0..<rows).map { row in (0..<columns).reduce(0) { $0 + at(row, $1) } }
        let pillars = (0..<columns).map { column in (0..<rows).reduce(0) { $0 + at($1, column) } }
        let black = Double(x.count { $0 <= 5.0 / 255 })
        let white = Double(x.count { $0 >= 250.0 / 255 })
        return [
            .excess: cross - entropies.reduce(0, +),
            .residual: zip(squares, r).reduce(0) { $0 + $1.0 / ($1.1 * (1 - $1.1) + 0.02) } / n,
            .brighter: zip(x, r).reduce(0) { $0 + pow(max($1.0 - $1.1, 0), 2) } / n,
            .darker: zip(x, r).reduce(0) { $0 + pow(max($1.1 - $1.0, 0), 2) } / n,
            .patch: worst(squares, 3) / 9,
            .code: mu.reduce(0) { $0 + $1 * $1 }.squareRoot(),
            .spread: logVariance.reduce(0) { $0 + exp($1) }.squareRoot(),
            .sap: zip(hidden, again).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) },
            .brightness: mean,
            .contrast: (x.reduce(0) { $0 + $1 * $1 } / n - mean * mean).squareRoot(),
            .peak: x.max() ?? 0, .black: black / n, .white: white / n,
            .grey: (n - black - white) / n, .across: across, .down: down,
            .sharpness: (across + down) / (mean + 1e-3), .ripple: ripple / inner, .spike: spike,
            .noise: noise / inner * (Double.pi / 2).squareRoot() / 6,
            .border: edge / Double(2 * (rows + columns)), .entropy: entropies.reduce(0, +),
            .entropyPatch: worst(entropies, 5), .gap: max(gap(lines), gap(pillars)),
        ]
    }

    @Test func `floats agree with the textbook`() {
        let engine = ScoringEngine(model, computing: .plain, capacity: 7)
        let scores = engine.scores(ofImages: images, count: Self.count)
        for index in 0..<Self.count {
            #expect(scores[index].computed == .plain)
            for (function, value) in expected(index) {
                let found = Double(scores[index][function])
                #expect(
                    abs(found - value) < 2e-5 * max(1, abs(value)),
                    "\(function) of image \(index): \(found), not \(value)")
            }
        }
    }

    @Test(arguments: [Precision.bf16, .int8].filter(\.isSupported))
    func `lower precisions come near, and pixels to the bit`(precision: Precision) {
        let whole = ScoringEngine(model, computing: .plain, capacity: 8)
            .scores(ofImages: images, count: Self.count)
        let lower = ScoringEngine(model, by: computation(precision), computing: .plain, capacity: 8)
            .scores(ofImages: images, count: Self.count)
        for (a, b) in zip(whole, lower) {
            for function in ScoreSet.pixels.functions { #expect(a[function] == b[function]) }
            for function in ScoreSet([.residual, .brighter, .darker, .patch, .code]).functions {
                #expect(abs(a[function] / b[function] - 1) < 0.1, "\(function)")
            }
        }
    }

    private func computation(_ precision: Precision) -> Computation {
        var ranges = ActivationRanges(Self.architecture)
        let scorer = Scorer(weights, capacity: 16)
        _ = scorer.scores(ofImages: images, count: Self.count) {
            ranges.add(scorer.activations, count: $0)
        }
        return Computation(precision: precision, ranges: precision == .int8 ? ranges : nil)
    }

    @Test(arguments: Precision.allCases.filter(\.isSupported))
    func `all scores are the same alone and in batches of any size`(precision: Precision) throws {
        let plain = computation(precision)
        let computation = plain.with(
            NormalProfile(ofImages: images, count: Self.count, model, by: plain))
        #expect(computation.suits(Self.architecture))
        let together = ScoringEngine(
            model, by: computation, computing: .all, capacity: Self.count
        ).scores(ofImages: images, count: Self.count)
        #expect(together.allSatisfy { $0.computed == .all && $0.isFinite })
        for capacity in [1, 2, 5, 8] {
            let scores = ScoringEngine(
                model, by: computation, computing: .all, capacity: capacity
            ).scores(ofImages: images, count: Self.count)
            for (a, b) in zip(scores, together) {
                for function in ScoreSet.all.functions {
                    // Without AVX-512, and for vectors, oneDNN adds in another order.
                    #expect(abs(a[function] - b[function]) <= 1e-3 * max(1, abs(b[function])))
                }
            }
        }
    }

    @Test func `nothing is computed that is not asked for`() {
        let scores = ScoringEngine(
            model, computing: [ScoreSet(.patch), ScoreSet(.sap)], capacity: 4
        ).scores(ofImages: Array(images[..<(2 * Self.shape.pixels)]), count: 2)[0]
        #expect(scores.computed.isSuperset(of: ScoreSet([.mse, .elbo, .patch, .sap])))
        #expect(scores.computed.isDisjoint(with: ScoreSet([.brightness, .code, .nap, .fused])))
        #expect(scores[.brightness].isNaN)
        #expect(scores.isFinite)
    }

    @Test func `images smaller than a patch are one patch`() {
        let architecture = Architecture(inputs: 4, hidden: [3], latent: 2)
        let small = Model(
            weights: Weights(Parameters(architecture)),
            imageShape: ImageShape(rows: 2, columns: 2))
        let scores = ScoringEngine(small, computing: .plain, capacity: 1)
            .scores(ofImages: [0, 255, 255, 255], count: 1)[0]
        #expect(scores.isFinite)
        // Every reconstruction is ½ with weights of zero, so every pixel is off by ½.
        #expect(abs(scores[.patch] - 4 * 0.25 / 9) < 1e-6)
        #expect(scores[.gap] == 0)
    }
}

extension Dense {
    fileprivate func values(_ x: [Double]) -> [Double] {
        (0..<shape.outputs).map { output in
            x.indices.reduce(Double(bias[0, output])) { $0 + x[$1] * Double(weight[$1, output]) }
        }
    }
}
