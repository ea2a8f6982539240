import TestSupport
import Networks
import Testing
import VAE

@Suite struct ArchitectureTests {
    @Test func `the defaults are the paper's`() {
        let architecture = Architecture()
        #expect(architecture.layers.map(\.name) == ["fc1", "fc21", "fc22", "fc3", "fc4"])
        #expect(architecture.layers.map(\.inputs) == [784, 256, 256, 200, 256])
        #expect(architecture.layers.map(\.outputs) == [256, 200, 200, 256, 784])
        #expect(architecture.parameterCount == 556_704)
    }

    @Test func `the decoder mirrors the encoder`() {
        let layers = Architecture(inputs: 20, hidden: [16, 12, 8], latent: 3).layers
        #expect(
            layers.map { "\($0.name) \($0.inputs) \($0.outputs)" } == [
                "fc1 20 16", "fc1_2 16 12", "fc1_3 12 8", "fc21 8 3", "fc22 8 3", "fc3 3 8",
                "fc3_2 8 12", "fc3_3 12 16", "fc4 16 20",
            ])
    }

    @Test(arguments: [
        (Architecture(inputs: 0), "input size 0 is not between 1 and 1048576"),
        (Architecture(inputs: 1 << 21), "input size 2097152 is not between 1 and 1048576"),
        (Architecture(hidden: [8, 0]), "hidden size 0 is not between 1 and 1048576"),
        (Architecture(latent: -1), "latent size -1 is not between 1 and 1048576"),
        (
            Architecture(latent: .max),
            "latent size 9223372036854775807 is not between 1 and 1048576"
        ),
        (Architecture(hidden: []), "0 hidden layers; between 1 and 16 are possible"),
        (
            Architecture(hidden: .init(repeating: 2, count: 17)),
            "17 hidden layers; between 1 and 16 are possible"
        ),
        (
            Architecture(likelihood: .gaussian(variance: 0)),
            "the Gaussian variance η is 0.0; it must be above zero"
        ),
        (
            Architecture(likelihood: .gaussian(variance: .infinity)),
            "the Gaussian variance η is inf; it must be above zero"
        ),
        (
            Architecture(inputs: 1 << 20, hidden: [1 << 20], latent: 1 << 20),
            "5497563381760 parameters; at most 268435456 are supported"
        ),
    ])
    func `sizes that cannot be are refused`(architecture: Architecture, sentence: String) {
        let text = refusal { () throws(VAEError) in try architecture.validate() }
        #expect(text == "impossible model: " + sentence)
    }

    @Test(arguments: [
        Architecture(), Architecture(inputs: 1, hidden: [1], latent: 1),
        Architecture(hidden: .init(repeating: 2, count: 16)),
        Architecture(inputs: 1 << 20, hidden: [64], latent: 64),
        Architecture(likelihood: .gaussian(variance: .leastNormalMagnitude)),
    ])
    func `sizes that can be are accepted`(architecture: Architecture) {
        #expect(refusal { () throws(VAEError) in try architecture.validate() } == nil)
    }
}
