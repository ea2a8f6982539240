import Tensors
import Testing
import VAE

@Suite struct CorruptionTests {
    @Test func `noise has the deviation asked for, and pixels stay in range`() {
        let images = Matrix(rows: 50, columns: 400, Array(repeating: Float(0.5), count: 20_000))
        let noisy = Matrix(rows: 50, columns: 400)
        var random = RandomNumbers(seed: 1)
        addNoise(to: images, deviation: 0.1, from: &random, into: noisy)
        let squares = noisy.elements.reduce(0) { $0 + Double(($1 - 0.5) * ($1 - 0.5)) }
        #expect(abs((squares / 20_000).squareRoot() - 0.1) < 0.002)
        addNoise(to: images, deviation: 5, from: &random, into: noisy)
        #expect(noisy.elements.min() == 0 && noisy.elements.max() == 1)
        addNoise(to: images, deviation: 0, from: &random, into: noisy)
        #expect(noisy.elements == images.elements)
    }
}
