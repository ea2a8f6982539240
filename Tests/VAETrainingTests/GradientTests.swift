import Networks
import Tensors
import Testing
import VAE
import VAETraining

@Suite struct GradientTests {
    @Test(arguments: Reference.names, [1, 3])
    func `losses and gradients are PyTorch's`(name: String, threads: Int) throws {
        let reference = try Reference(name)
        let step = reference.trainingStep(threads: threads)
        let (terms, gradient) = step.measure(batch: reference.batch) { view, range in
            reference.fill(view, range, time: 0)
        }
        let expected = reference.elements("loss_terms").map(Double.init)
        #expect(abs(terms.loss - expected[0]) < 1e-6 * expected[0])
        #expect(abs(terms.reconstruction - expected[1]) < 1e-6 * expected[1])
        #expect(abs(terms.kl - expected[2]) < 1e-6 * expected[2])
        for (ours, theirs) in zip(gradient.layers, reference.parameters("grad").layers) {
            let name = ours.shape.name
            #expect(
                largestDifference(ours.weight.elements, theirs.weight.elements) < 4e-6, "\(name)")
            #expect(largestDifference(ours.bias.elements, theirs.bias.elements) < 4e-6, "\(name)")
        }
    }

    @Test(
        .enabled(if: PackedLinear.Arithmetic.bfloat16.isSupported),
        arguments: Reference.names, [1, 3])
    func `with products of bfloat16, losses and gradients are PyTorch's but for rounding`(
        name: String, threads: Int
    ) throws {
        let reference = try Reference(name)
        let step = reference.trainingStep(threads: threads, precision: .half)
        let (terms, gradient) = step.measure(batch: reference.batch) { view, range in
            reference.fill(view, range, time: 0)
        }
        let expected = Double(reference.elements("loss_terms")[0])
        #expect(abs(terms.loss - expected) < 2e-3 * expected)
        #expect(terms.loss != expected, "bfloat16 rounds")
        for (ours, theirs) in zip(gradient.layers, reference.parameters("grad").layers) {
            let error = zip(ours.weight.elements, theirs.weight.elements).reduce(0) {
                $0 + ($1.0 - $1.1) * ($1.0 - $1.1)
            }
            let size = theirs.weight.elements.reduce(0) { $0 + $1 * $1 }
            // Measured: up to 3.5 % in length, where terms of both signs leave little.
            #expect(error < 0.05 * 0.05 * size, "\(ours.shape.name)")
        }
    }

    @Test(arguments: Reference.names)
    func `ten Adam steps lose what PyTorch's lose and end where they end`(name: String) throws {
        let reference = try Reference(name)
        let step = reference.trainingStep(threads: 2)
        for (time, expected) in reference.elements("losses").enumerated() {
            let terms = step.take(batch: reference.batch) { view, range in
                reference.fill(view, range, time: time)
            }
            #expect(abs(terms.loss - Double(expected)) < 1e-6 * Double(expected), "step \(time)")
        }
        // Ten steps move a parameter by 0.01 at most; a misplaced ε of Adam shifts one by 5e-6.
        let difference = largestDifference(
            step.parameters.buffer.elements, reference.parameters("final").buffer.elements)
        #expect(difference < 3e-6)
    }

    @Test(arguments: Reference.names)
    func `gradients agree with finite differences of the loss`(name: String) throws {
        let reference = try Reference(name)
        let step = reference.trainingStep(threads: 1)
        let fill = { (view: BatchBuffers, range: Range<Int>) in
            reference.fill(view, range, time: 1)
        }
        // Copied, for every measurement overwrites it.
        let gradient = step.measure(batch: reference.batch, fill: fill).gradient.buffer.elements
        let parameters = step.parameters.buffer
        var random = RandomNumbers(seed: 11)
        for _ in 0..<200 {
            let index = Int(random.nextUniform() * Float(parameters.columns))
            let original = parameters[0, index]
            let loss = { (value: Float) in
                parameters[0, index] = value
                return step.measure(batch: reference.batch, fill: fill).terms.loss
            }
            let width: Float = 1e-3
            let (above, below) = (loss(original + width), loss(original - width))
            parameters[0, index] = original
            let slope = (above - below) / Double((original + width) - (original - width))
            let ours = Double(gradient[index])
            #expect(abs(slope - ours) < 4e-3 + 4e-3 * abs(ours), "parameter \(index)")
        }
    }
}
