import Networks
import Tensors
import TestSupport
import Testing
import VAE

@Suite struct ConditionalTests {
    private let model = smallModel(hidden: [5, 3], classes: 4)
    private let images = randomImages(9, pixels: 4, seed: 3)
    private let labels: [UInt8] = [0, 3, 1, 2, 2, 0, 1, 3, 3]

    /// The unconditional model that a conditional one is for one class: a one-hot label adds one row
    /// of the weights to the biases.
    private func fixed(to label: Int) -> Weights {
        var architecture = model.architecture
        architecture.classes = 0
        let parameters = Parameters(architecture)
        for (layer, source) in zip(parameters.layers, model.weights.layers) {
            layer.weight.copy(from: source.inputWeight)
            layer.bias.copy(from: source.bias)
            guard source.shape.classes > 0 else { continue }
            forEachElement(layer.bias, source.classWeight.rows(label..<(label + 1))) { $0 += $1 }
        }
        return Weights(parameters)
    }

    @Test func `a label adds its row of the weights to the biases`() {
        let scores = Scorer(model.weights, capacity: 4).scores(
            ofImages: images, count: 9, labels: labels)
        for (index, label) in labels.enumerated() {
            let alone = Scorer(fixed(to: Int(label)), capacity: 4).scores(
                ofImages: Array(images[(4 * index)..<(4 * index + 4)]), count: 1)
            for function in ScoreSet.standard.functions {
                let (ours, expected) = (scores[index][function], alone[0][function])
                #expect(abs(ours - expected) <= 2e-6 * max(1, abs(expected)), "\(function)")
            }
        }
        let others = Scorer(model.weights, capacity: 4).scores(
            ofImages: images, count: 9, labels: labels.map { 3 - $0 })
        #expect(zip(scores, others).allSatisfy { $0.elbo != $1.elbo })
    }

    @Test func `the file holds the label's weights behind those of the image and the code`() throws
    {
        let file = model.safetensors
        #expect(file.metadata["elbod.classes"] == "4")
        #expect(file.tensors["fc1.weight"]?.shape == [5, 4 + 4])
        #expect(file.tensors["fc3.weight"]?.shape == [3, 2 + 4])
        #expect(file.tensors["fc1_2.weight"]?.shape == [3, 5])
        let read = try LoadedModel(bytes: file.encoded())
        #expect(read.model.architecture == model.architecture)
        #expect(read.model.weights.buffer.elements == model.weights.buffer.elements)
        #expect(
            file.tensors["fc1.weight"]?.elements[4]
                == model.weights.encoder[0].classWeight[0, 0])
    }

    @Test func `a stream cannot be scored with it, and a sentence says why`() throws {
        let loaded = try LoadedModel(bytes: model.safetensors.encoded())
        let text = refusal { () throws(VAEError) in try loaded.requireUnconditional() }
        #expect(text?.contains("only together with its class") == true)
        let plain = try LoadedModel(bytes: smallModel().safetensors.encoded())
        #expect(refusal { () throws(VAEError) in try plain.requireUnconditional() } == nil)
    }

    @Test(arguments: ["1", "257", "-2"])
    func `a number of classes that cannot be is refused`(classes: String) {
        var file = smallModel().safetensors
        file.metadata["elbod.classes"] = classes
        let text = refusal { () throws(VAEError) in _ = try Model(file) }
        #expect(
            text
                == "impossible model: \(classes) classes; a conditional model has between 2 and 256"
        )
    }

    @Test func `a class that is not there, or none at all, is a bug`() async {
        await #expect(processExitsWith: .failure) {
            Activations(Architecture(classes: 3), capacity: 1).setClass(3, row: 0)
        }
        await #expect(processExitsWith: .failure) {
            Activations(Architecture(classes: 3), capacity: 1).setClasses(of: 0..<1, in: nil)
        }
    }
}
