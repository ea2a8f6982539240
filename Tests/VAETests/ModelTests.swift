import Files
import Images
import Networks
import Tensors
import TestSupport
import Testing
import VAE

@Suite struct ModelTests {
    @Test(arguments: [
        ([3], Likelihood.bernoulli), ([5, 3], .bernoulli),
        ([7, 5, 3, 2], .gaussian(variance: 0.1)),
        ([3], .gaussian(variance: 1e-7)), ([3], .gaussian(variance: 0.012345679)),
        ([3], .gaussian(variance: .greatestFiniteMagnitude)),
        ([3], .gaussian(variance: .leastNormalMagnitude)),
    ])
    func `a model written and read again is the same, and so are its bytes`(
        hidden: [Int], likelihood: Likelihood
    ) throws {
        var model = smallModel(hidden: hidden, likelihood: likelihood)
        model.provenance = ["data": "é \"x\"", "a.b": "", "": "no name"]
        let bytes = model.safetensors.encoded()
        let read = try LoadedModel(bytes: bytes)
        #expect(read.model.architecture == model.architecture)
        #expect(read.model.imageShape == ImageShape(rows: 2, columns: 2))
        #expect(read.model.provenance == model.provenance)
        #expect(read.model.weights.buffer.elements == model.weights.buffer.elements)
        #expect(read.model.safetensors.encoded() == bytes)
        #expect(read.digest == SHA256Digest(of: bytes))
    }

    @Test func `the tensors are those of the PyTorch example, transposed`() {
        let model = smallModel(hidden: [5, 3])
        let tensors = model.safetensors.tensors
        let shapes = tensors.mapValues(\.shape)
        #expect(
            shapes == [
                "fc1.weight": [5, 4], "fc1.bias": [5], "fc1_2.weight": [3, 5], "fc1_2.bias": [3],
                "fc21.weight": [2, 3], "fc21.bias": [2], "fc22.weight": [2, 3], "fc22.bias": [2],
                "fc3.weight": [3, 2], "fc3.bias": [3], "fc3_2.weight": [5, 3], "fc3_2.bias": [5],
                "fc4.weight": [4, 5], "fc4.bias": [4],
            ])
        let weight = model.weights.encoder[0].weight
        #expect(weight.rows == 4 && weight.columns == 5)
        for output in 0..<5 {
            for input in 0..<4 {
                #expect(
                    tensors["fc1.weight"]?.elements[4 * output + input] == weight[input, output])
            }
        }
        #expect(tensors["fc4.bias"]?.elements == model.weights.output.bias.elements)
    }

    @Test func `the metadata says what a reader must know`() {
        let metadata = smallModel(hidden: [5, 3], likelihood: .gaussian(variance: 0.1))
            .safetensors.metadata
        #expect(
            metadata == [
                "format": "pt", "elbod.schema": "1", "elbod.input_shape": "2,2",
                "elbod.hidden": "5,3", "elbod.latent": "2", "elbod.preprocessing": "unit",
                "elbod.decoding": "2", "elbod.likelihood": "gaussian",
                "elbod.likelihood_variance": "0.1",
                "provenance.data": "none", "provenance.seed": "7",
            ])
    }

    /// What is done to a good file, and what is said about it.
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let spoil: @Sendable (inout Safetensors) -> Void

        init(_ sentence: String, _ spoil: @escaping @Sendable (inout Safetensors) -> Void) {
            testDescription = sentence
            self.spoil = spoil
        }

        init(_ sentence: String, _ key: String, _ value: String?) {
            self.init(sentence) { $0.metadata["elbod." + key] = value }
        }
    }

    @Test(arguments: [
        Case("not an elbod model: it has no tensor fc3.weight") { $0.tensors["fc3.weight"] = nil },
        Case("not an elbod model: it has no tensor fc4.bias") { $0.tensors["fc4.bias"] = nil },
        Case("not an elbod model: it holds a tensor fc9.bias that this architecture does not have")
        {
            $0.tensors["fc9.bias"] = .init(shape: [1], elements: [0])
        },
        Case("not an elbod model: tensor fc1.weight has shape [4, 3], not [3, 4]") {
            $0.tensors["fc1.weight"]?.shape = [4, 3]
        },
        Case("not an elbod model: tensor fc21.bias has shape [2, 1], not [2]") {
            $0.tensors["fc21.bias"]?.shape = [2, 1]
        },
        Case("not an elbod model: tensor fc1.weight has shape [3, 4], not [4, 4]", "hidden", "4"),
        Case("not an elbod model: tensor fc21.weight has shape [2, 3], not [1, 3]", "latent", "1"),
        Case(
            "not an elbod model: tensor fc1.weight has shape [3, 4], not [3, 6]", "input_shape",
            "2,3"),
        Case("not an elbod model: it has no tensor fc1_2.weight", "hidden", "3,3"),
        Case("not an elbod model: its schema is 2; this elbod reads schema 1", "schema", "2"),
        Case(
            "not an elbod model: its metadata has no elbod.schema; a model of PyTorch's comes in with "
                + "elbo import", "schema", nil),
        Case("not an elbod model: its preprocessing is not \"unit\"", "preprocessing", "zscore"),
        Case("not an elbod model: its preprocessing is not \"unit\"", "preprocessing", nil),
        Case(
            "not an elbod model: its likelihood is neither bernoulli nor gaussian", "likelihood",
            "t"),
        Case(
            "not an elbod model: its likelihood is neither bernoulli nor gaussian", "likelihood",
            nil),
        Case("not an elbod model: its metadata has no usable elbod.hidden", "hidden", "3,"),
        Case("not an elbod model: its metadata has no usable elbod.hidden", "hidden", ""),
        Case("not an elbod model: its metadata has no usable elbod.latent", "latent", "two"),
        Case("not an elbod model: its metadata has no usable elbod.latent", "latent", nil),
        Case(
            "not an elbod model: its metadata gives no usable image shape and latent size",
            "latent", "2,2"),
        Case(
            "not an elbod model: its metadata gives no usable image shape and latent size",
            "input_shape", "4"),
        Case(
            "not an elbod model: its metadata gives no usable image shape and latent size",
            "input_shape", "-2,-2"),
        Case(
            "not an elbod model: its metadata gives no usable image shape and latent size",
            "input_shape", "3037000500,3037000500"),
        Case("impossible model: latent size 0 is not between 1 and 1048576", "latent", "0"),
        Case("impossible model: hidden size -3 is not between 1 and 1048576", "hidden", "-3"),
        Case(
            "impossible model: the Gaussian variance η is nan; it must be above zero", "likelihood",
            "gaussian"),
        Case("impossible model: the Gaussian variance η is -1.0; it must be above zero") {
            $0.metadata["elbod.likelihood"] = "gaussian"
            $0.metadata["elbod.likelihood_variance"] = "-1"
        },
    ])
    func `a file that is no model of ours is refused`(damage: Case) throws {
        var file = smallModel().safetensors
        damage.spoil(&file)
        let text = refusal { () throws(VAEError) in _ = try Model(file) }
        #expect(text == damage.testDescription)
    }

    @Test func `a folder without a model is named`() {
        let text = refusal { () throws(VAEError) in _ = try LoadedModel(directory: "/nowhere") }
        #expect(text?.contains("/nowhere/model.safetensors") == true)
    }

    @Test func `an image shape that is not the architecture's is a bug`() async {
        await #expect(processExitsWith: .failure) {
            _ = Model(
                weights: smallModel().weights, imageShape: ImageShape(rows: 1, columns: 5))
        }
    }
}
