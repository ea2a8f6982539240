import Networks
import Tensors
import Testing
import VAE

@Suite struct ScoringEngineTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let architecture: Architecture
        let testDescription: String

        init(_ inputs: Int, _ hidden: [Int], _ latent: Int, _ likelihood: Likelihood = .bernoulli) {
            architecture = Architecture(
                inputs: inputs, hidden: hidden, latent: latent, likelihood: likelihood)
            testDescription = "\(inputs), \(hidden), \(latent)"
        }
    }

    private static let cases = [
        Case(4, [3], 2), Case(784, [256], 200), Case(783, [33, 17], 5), Case(50, [40], 16),
        Case(1700, [20], 3), Case(36, [8], 4, .gaussian(variance: 0.5)),
    ]

    private func weights(_ architecture: Architecture) -> Weights {
        let parameters = Parameters(architecture)
        parameters.initialize(seed: 3)
        // Larger than at the start of training, so that no score is nearly nothing.
        forEachElement(parameters.buffer) { $0 *= 2 }
        return Weights(parameters)
    }

    private func pixels(_ count: Int) -> [UInt8] {
        var random = RandomNumbers(seed: 5, 0, 0)
        return (0..<count).map { _ in UInt8(255 * random.nextUniform()) }
    }

    /// Scores of the same images step by step, and the ranges that activations took.
    private func reference(
        _ weights: Weights, _ images: [UInt8], count: Int
    ) -> (scores: [Scores], ranges: ActivationRanges) {
        let scorer = Scorer(weights, capacity: 16)
        var ranges = ActivationRanges(weights.architecture)
        let scores = scorer.scores(ofImages: images, count: count) {
            ranges.add(scorer.activations, count: $0)
        }
        return (scores, ranges)
    }

    private func worst(_ scores: [Scores], _ reference: [Scores]) -> [Float] {
        [\Scores.mse, \.nll, \.kl, \.elbo].map { path in
            zip(scores, reference).map { abs($0[keyPath: path] / $1[keyPath: path] - 1) }.max() ?? 1
        }
    }

    @Test(arguments: cases, [Precision.fp32, .bf16])
    func `a first layer that was computed elsewhere makes the same scores`(
        example: Case, precision: Precision
    ) {
        let weights = weights(example.architecture)
        let (count, inputs) = (5, example.architecture.inputs)
        let images = ImageBatch(rows: count, columns: inputs)
        let bytes = pixels(count * inputs)
        let (weight, bias) = (weights.encoder[0].weight, weights.encoder[0].bias)
        let preactivations = Matrix(rows: count, columns: weight.columns)
        for row in 0..<count {
            let pixels = bytes[(row * inputs)..<((row + 1) * inputs)]
            images.setRow(row, bytes: Array(pixels).span)
            for unit in 0..<weight.columns {
                preactivations[row, unit] = pixels.enumerated().reduce(bias[0, unit]) {
                    $0 + Float($1.element) / 255 * weight[$1.offset, unit]
                }
            }
        }
        let engine = ScoringEngine(
            weights, by: Computation(precision: precision), capacity: count)
        engine.score(images, count: count)
        let expected = engine.scores
        let given = ScoringEngine(
            weights, by: Computation(precision: precision), firstLayerIsGiven: true,
            capacity: count)
        given.score(images, count: count, preactivations: preactivations)
        #expect(
            worst(given.scores, expected).allSatisfy { $0 < (precision == .fp32 ? 1e-4 : 0.05) })
    }

    @Test(arguments: cases) func `floats score as they do step by step`(example: Case) {
        let weights = weights(example.architecture)
        let (count, inputs) = (37, example.architecture.inputs)
        let images = pixels(count * inputs)
        let expected = reference(weights, images, count: count).scores
        for capacity in [1, 3, 16, 37] {
            let engine = ScoringEngine(weights, capacity: capacity)
            let errors = worst(engine.scores(ofImages: images, count: count), expected)
            #expect(errors.allSatisfy { $0 < 2e-5 }, "\(capacity): \(errors)")
        }
    }

    @Test(arguments: cases, [Precision.bf16, .int8].filter(\.isSupported))
    func `lower precisions come near`(example: Case, precision: Precision) {
        let weights = weights(example.architecture)
        let (count, inputs) = (37, example.architecture.inputs)
        let images = pixels(count * inputs)
        let (expected, ranges) = reference(weights, images, count: count)
        let computation = Computation(
            precision: precision, ranges: precision == .int8 ? ranges : nil)
        let engine = ScoringEngine(weights, by: computation, capacity: 16)
        let errors = worst(engine.scores(ofImages: images, count: count), expected)
        #expect(errors.allSatisfy { $0 < (precision == .bf16 ? 0.02 : 0.08) }, "\(errors)")
    }

    /// The paper's model, so that oneDNN takes the code paths that it takes in service.
    ///
    /// Half the pixels are black, as where single images are scored by skipping those. On processors
    /// without AVX-512 oneDNN adds in another order, and scores agree to 2e-5.
    @Test(
        .enabled(if: Precision.int8.isSupported),
        arguments: Precision.allCases.filter(\.isSupported))
    func `an image scores the same to the bit, alone and in batches of any size`(
        precision: Precision
    ) {
        let weights = weights(Architecture())
        let (count, inputs) = (64, 784)
        let images = pixels(count * inputs).map { $0 < 128 ? 0 : $0 }
        let ranges = reference(weights, images, count: count).ranges
        let computation = Computation(
            precision: precision, ranges: precision == .int8 ? ranges : nil)
        let together = ScoringEngine(weights, by: computation, capacity: 64)
            .scores(ofImages: images, count: count)
        for capacity in [1, 2, 3, 5, 7, 8, 16, 33] {
            let scores = ScoringEngine(weights, by: computation, capacity: capacity)
                .scores(ofImages: images, count: count)
            let different = (0..<count).filter { scores[$0] != together[$0] }
            #expect(different == [], "batches of \(capacity)")
        }
    }

    @Test(arguments: Precision.allCases.filter(\.isSupported))
    func `the error of reconstruction can be had alone`(precision: Precision) {
        let architecture = Architecture(inputs: 100, hidden: [20], latent: 7)
        let weights = weights(architecture)
        let images = pixels(900)
        let ranges = reference(weights, images, count: 9).ranges
        let computation = Computation(
            precision: precision, ranges: precision == .int8 ? ranges : nil)
        let whole = ScoringEngine(weights, by: computation, capacity: 8)
        let part = ScoringEngine(
            weights, by: computation, computing: .reconstruction, capacity: 8)
        let pairs = zip(
            whole.scores(ofImages: images, count: 9), part.scores(ofImages: images, count: 9))
        #expect(pairs.allSatisfy { abs($0.mse / $1.mse - 1) < 1e-5 && !$1.nll.isFinite })
    }

    @Test(arguments: Precision.allCases.filter(\.isSupported))
    func `images that came as floats score as those that came as bytes`(precision: Precision) {
        let architecture = Architecture(inputs: 50, hidden: [20], latent: 7)
        let weights = weights(architecture)
        let images = pixels(200)
        let ranges = reference(weights, images, count: 4).ranges
        let engine = ScoringEngine(
            weights,
            by: Computation(precision: precision, ranges: precision == .int8 ? ranges : nil),
            capacity: 4)
        let expected = engine.scores(ofImages: images, count: 4)
        let rows = ImageBatch(rows: 4, columns: 50)
        for row in 0..<4 {
            let bytes = images[(50 * row)..<(50 * row + 50)]
            // Both kinds in one batch.
            if row % 2 == 0 {
                rows.setRow(row, bytes: Array(bytes).span)
            } else {
                rows.setRow(row) { floats in
                    for (index, byte) in bytes.enumerated() { floats[index] = Float(byte) / 255 }
                }
            }
        }
        engine.score(rows, count: 4)
        let errors = worst(Array(engine.scores[..<4]), expected)
        #expect(errors.allSatisfy { $0 < 1e-5 }, "\(errors)")
    }

    @Test func `ranges that belong to another model do not suit`() {
        let architecture = Architecture(inputs: 4, hidden: [3], latent: 2)
        var ranges = ActivationRanges(architecture)
        #expect(!ranges.suits(architecture), "of nothing")
        (ranges.encoder, ranges.latent, ranges.decoder) = ([1], 1, [1])
        #expect(ranges.suits(architecture))
        #expect(!ranges.suits(Architecture(inputs: 4, hidden: [3, 3], latent: 2)))
        ranges.latent = .infinity
        #expect(!ranges.suits(architecture))
        #expect(!Computation(precision: .int8).suits(architecture))
        #expect(!Computation(precision: .fp32, ranges: ranges).suits(architecture))
    }

    @Test func `a batch that does not fit is a bug`() async {
        await #expect(processExitsWith: .failure) {
            let weights = Weights(Parameters(Architecture(inputs: 4, hidden: [3], latent: 2)))
            ScoringEngine(weights, capacity: 2).score(ImageBatch(rows: 3, columns: 4), count: 3)
        }
        await #expect(processExitsWith: .failure) {
            let weights = Weights(Parameters(Architecture(inputs: 4, hidden: [3], latent: 2)))
            _ = ScoringEngine(weights, by: Computation(precision: .int8), capacity: 2)
        }
    }
}
