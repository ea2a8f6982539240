import Images
import Networks
import Tensors
import Testing
import VAE
import VAETraining

/// Eighteen 4×4 images of three bars each, with some noise, and how a small model learns them.
struct ToySet {
    static let count = 18
    let pixels: [UInt8]
    var recipe = Recipe()
    var architecture = Architecture(inputs: 16, hidden: [12], latent: 3)

    init(epochs: Int = 2, threads: Int = 1, seed: UInt64 = 1) {
        var random = RandomNumbers(seed: 5)
        pixels = (0..<Self.count * 16).map { index in
            let isBar = index % 4 == index / 16 % 4
            return UInt8(random.nextUniform() * 40) + (isBar ? 200 : 0)
        }
        recipe.epochs = epochs
        recipe.batch = 8  // the last batch of an epoch has two images
        recipe.threads = threads
        recipe.seed = seed
        recipe.learningRate = 1e-2
    }

    func model() -> Model {
        let parameters = Parameters(architecture)
        parameters.initialize(seed: recipe.seed)
        return Model(
            weights: Weights(parameters), imageShape: ImageShape(rows: 4, columns: 4),
            provenance: ["data": "toys", "epochs": "\(recipe.epochs)"])
    }

    func trainer(_ model: Model) throws -> Trainer {
        try Trainer(Parameters(model.weights), recipe: recipe, pixels: pixels, count: Self.count)
    }

    /// The parameters after all epochs.
    func train() throws -> [Float] {
        let trainer = try trainer(model())
        while !trainer.isFinished { _ = try trainer.runEpoch { _, _ in true } }
        return trainer.weights.buffer.elements
    }
}

@Suite struct TrainerTests {
    @Test(arguments: [1, 2, 3, 8])
    func `a seed and a number of threads give the same parameters bit for bit`(threads: Int) throws
    {
        let set = ToySet(threads: threads)
        let parameters = try set.train()
        #expect(try set.train() == parameters)
        #expect(try ToySet(threads: threads, seed: 2).train() != parameters)
        #expect(parameters != set.model().weights.buffer.elements)
        #expect(parameters.allSatisfy { $0.isFinite })
    }

    @Test func `a gain of inputs is folded into the first layer`() throws {
        var set = ToySet()
        set.recipe.inputGain = 12
        let trainer = try set.trainer(set.model())
        _ = try trainer.runEpoch { _, _ in true }
        let (learnt, folded) = (trainer.step.parameters.encoder[0], trainer.weights.encoder[0])
        for image in 0..<ToySet.count {
            let pixels = set.pixels[(image * 16)..<((image + 1) * 16)].map { Float($0) / 255 }
            for unit in 0..<12 {
                var (seen, plain) = (learnt.bias[0, unit], folded.bias[0, unit])
                for (index, pixel) in pixels.enumerated() {
                    seen += 12 * (pixel - 0.5) * learnt.weight[index, unit]
                    plain += pixel * folded.weight[index, unit]
                }
                #expect(abs(seen - plain) < 1e-4)
            }
        }
    }

    @Test func `a gain lets features of little contrast be learnt`() throws {
        func loss(_ gain: Float) throws -> Double {
            var set = ToySet(epochs: 40)
            set.recipe.inputGain = gain
            // As features are: around a half, by a twelfth.
            let faint = set.pixels.map { UInt8(128 + (Int($0) - 128) / 6) }
            set.architecture.likelihood = .gaussian(variance: 1e-3)
            let trainer = try Trainer(
                Parameters(set.model().weights), recipe: set.recipe, pixels: faint,
                count: ToySet.count)
            while !trainer.isFinished { _ = try trainer.runEpoch { _, _ in true } }
            return try #require(trainer.history.last).terms.loss
        }
        let (plain, gained) = (try loss(1), try loss(12))
        #expect(gained < plain - 1, "\(plain) and \(gained) nats")
    }

    @Test func `the loss falls on images that can be learnt, and units become active`() throws {
        let set = ToySet(epochs: 60)
        let trainer = try set.trainer(set.model())
        while !trainer.isFinished { _ = try trainer.runEpoch { _, _ in true } }
        let (first, last) = (trainer.history[0], trainer.history[59])
        #expect(last.terms.loss < 0.75 * first.terms.loss)
        #expect(last.activeUnits >= 1 && last.activeUnits <= 3)
        #expect(trainer.history.map(\.epoch) == Array(1...60))
        for record in trainer.history {
            let sum = record.terms.reconstruction + record.terms.kl
            #expect(abs(record.terms.loss - sum) < 1e-9 * sum)
        }
    }

    @Test func `progress is told of every step, and the last average is the record's`() throws {
        let set = ToySet()
        let trainer = try set.trainer(set.model())
        var fractions: [Double] = []
        var terms: LossTerms?
        let record = try #require(
            try trainer.runEpoch { fraction, average in
                fractions.append(fraction)
                terms = average
                return true
            })
        #expect(trainer.stepsPerEpoch == 3)
        #expect(fractions == [8.0 / 18, 16.0 / 18, 1])
        #expect(record.terms == terms)
        #expect(trainer.history == [record])
    }

    @Test(arguments: [1, 2, 3])
    func `an answer of false stops the epoch without a record`(steps: Int) throws {
        let set = ToySet()
        let trainer = try set.trainer(set.model())
        var calls = 0
        let record = try trainer.runEpoch { _, _ in
            calls += 1
            return calls < steps
        }
        #expect(record == nil && calls == steps && trainer.history.isEmpty)
    }

    @Test(arguments: [1, 3, 8])
    func `a batch has the gradient of one thread, whatever the threads and the batch before it`(
        count: Int
    ) {
        // Threads without an image must not add what an earlier, larger batch left behind.
        let set = ToySet()
        let gradients = [1, 2, 5, 8].map { threads in
            var recipe = set.recipe
            recipe.threads = threads
            let step = TrainingStep(Parameters(set.model().weights), recipe: recipe)
            let measure = { (batch: Int) in
                step.measure(batch: batch) { view, range in
                    for (row, position) in range.enumerated() {
                        let image = set.pixels.span.extracting(
                            (16 * position)..<(16 * position + 16))
                        view.images.setRow(row, pixels: image)
                    }
                    forEachElement(view.epsilon) { $0 = 0.5 }
                }.gradient.buffer.elements
            }
            _ = measure(8)
            return measure(count)
        }
        for gradient in gradients {
            #expect(largestDifference(gradient, gradients[0]) < 1e-6)
        }
    }

    @Test(arguments: [1, 3])
    func `every image of every step and epoch is met with noise of its own`(threads: Int) throws {
        let set = ToySet(threads: threads)
        let trainer = try set.trainer(set.model())
        var noise: [[Float]] = []
        while !trainer.isFinished {
            _ = try trainer.runEpoch { _, _ in
                let epsilon = trainer.step.buffers.epsilon
                let batch = noise.count % ToySet.count == 16 ? 2 : 8  // the last has two images
                noise += (0..<batch).map { epsilon.rows($0..<($0 + 1)).elements }
                return true
            }
        }
        #expect(noise.count == 2 * ToySet.count)
        #expect(Set(noise).count == noise.count)
    }

    @Test func `denoising hides pixels from the encoder alone, differently every time`() throws {
        var set = ToySet(threads: 2)
        let plain = try set.train()
        set.recipe.denoising = 0.5
        #expect(try set.train() == set.train())
        #expect(try set.train() != plain)
        let trainer = try set.trainer(set.model())
        var seen: [[Float]] = []
        while !trainer.isFinished {
            _ = try trainer.runEpoch { _, _ in
                let buffers = trainer.step.buffers
                #expect(buffers.images.elements != buffers.seen.elements)
                seen.append(buffers.seen.elements)
                return true
            }
        }
        #expect(Set(seen).count == 6)
        #expect(seen.allSatisfy { $0.allSatisfy { $0 >= 0 && $0 <= 1 } })
        set.recipe.denoising = 11
        #expect(throws: TrainingError.self) { try set.trainer(set.model()) }
    }

    @Test func `along a cosine the step size halves in the middle and ends near nothing`() throws {
        var set = ToySet(epochs: 10)
        set.recipe.schedule = .cosine
        let trainer = try set.trainer(set.model())
        var rates: [Float] = []
        while !trainer.isFinished {
            _ = try trainer.runEpoch { _, _ in
                rates.append(trainer.step.optimizer.learningRate)
                return true
            }
        }
        #expect(rates.count == 30 && rates[0] == 1e-2)
        #expect(abs(rates[15] - 0.5e-2) < 1e-8)
        #expect(rates[29] < 1e-4 && rates == rates.sorted(by: >))
    }

    @Test func `a conditional model is not trained without a class for each image`() throws {
        var set = ToySet()
        set.architecture.classes = 4
        let model = set.model()
        for labels in [nil, [0, 1], Array(repeating: 4, count: 18)] as [[UInt8]?] {
            let error = #expect(throws: TrainingError.self) {
                try Trainer(
                    Parameters(model.weights), recipe: set.recipe, pixels: set.pixels, count: 18,
                    labels: labels)
            }
            #expect(error?.description.contains("a class below 4") == true)
        }
    }

    @Test func `a loss that is no number any more ends training with advice`() throws {
        var set = ToySet(epochs: 9)
        set.recipe.learningRate = 1e30
        let trainer = try set.trainer(set.model())
        let error = #expect(throws: TrainingError.self) {
            while !trainer.isFinished { _ = try trainer.runEpoch { _, _ in true } }
        }
        #expect(
            error?.description == "the loss is not finite in epoch 1; lower the learning rate")
    }
}

@Suite struct RecipeTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let spoil: @Sendable (inout Recipe) -> Void

        init(_ sentence: String, _ spoil: @escaping @Sendable (inout Recipe) -> Void) {
            (testDescription, self.spoil) = (sentence, spoil)
        }
    }

    @Test(arguments: [
        Case("int8 has no fractions; fp32 or bf16 train") { $0.precision = .int8 },
        Case("0 epochs; at least 1 is needed") { $0.epochs = 0 },
        Case("batch size 0 is not between 1 and 65536") { $0.batch = 0 },
        Case("batch size 65537 is not between 1 and 65536") { $0.batch = 65537 },
        Case("0 threads for batches of 8; between 1 and the batch size") { $0.threads = 0 },
        Case("9 threads for batches of 8; between 1 and the batch size") { $0.threads = 9 },
        Case("learning rate 0.0 or β 1.0: the first must be above 0") { $0.learningRate = 0 },
        Case("learning rate nan or β 1.0: the first must be above 0") { $0.learningRate = .nan },
        Case("learning rate 0.01 or β -1.0: the first must be above 0") { $0.beta = -1 },
        Case("learning rate 0.01 or β inf: the first must be above 0") { $0.beta = .infinity },
    ])
    func `a recipe that cannot be followed is refused`(damage: Case) {
        var set = ToySet()
        damage.spoil(&set.recipe)
        let error = #expect(throws: TrainingError.self) { try set.trainer(set.model()) }
        #expect(error?.description == "impossible recipe: " + damage.testDescription)
    }

    @Test(arguments: [0, 17, 19, -18])
    func `pixels that are not the images are refused`(count: Int) {
        let set = ToySet()
        let error = #expect(throws: TrainingError.self) {
            try Trainer(
                Parameters(set.model().weights), recipe: set.recipe, pixels: set.pixels,
                count: count)
        }
        #expect(
            error?.description
                == "impossible recipe: 288 bytes are not \(count) images of this model's size")
    }
}
