import Images
import Networks
import Tensors
import TestSupport
import Testing
import VAE

@Suite struct ImportTests {
    /// The tensors of a model and nothing that says what they are, as PyTorch writes them.
    private func tensors(of model: Model) -> Safetensors {
        Safetensors(metadata: ["format": "pt"], tensors: model.safetensors.tensors)
    }

    @Test(arguments: [([3], 0), ([5, 3], 0), ([5, 3], 4), ([6, 5, 4], 2)])
    func `sizes follow from the shapes of the tensors`(hidden: [Int], classes: Int) throws {
        let model = smallModel(hidden: hidden, classes: classes)
        let read = try Model(importing: tensors(of: model))
        #expect(read.architecture == model.architecture)
        #expect(read.imageShape == ImageShape(rows: 2, columns: 2))
        #expect(read.weights.buffer.elements == model.weights.buffer.elements)
    }

    @Test(arguments: ["module.", "_orig_mod.", "model.", "net.", "_orig_mod.module.", "a.fc1."])
    func `one prefix of all names is taken away`(prefix: String) throws {
        let model = smallModel(hidden: [5, 3])
        var file = tensors(of: model)
        file.tensors = Dictionary(
            uniqueKeysWithValues: file.tensors.map { (prefix + $0.key, $0.value) })
        let read = try Model(importing: file)
        #expect(read.weights.buffer.elements == model.weights.buffer.elements)
        // One name without it is one too many.
        file.tensors["step"] = .init(shape: [1], elements: [0])
        let text = refusal { () throws(VAEError) in _ = try Model(importing: file) }
        #expect(text?.contains("it holds a tensor step") == true, "\(text ?? "accepted")")
    }

    @Test func `two prefixes are one too many, and what is there is listed`() {
        var file = tensors(of: smallModel())
        file.tensors = Dictionary(
            uniqueKeysWithValues: file.tensors.flatMap {
                [("a." + $0.key, $0.value), ("b." + $0.key, $0.value)]
            })
        let text = refusal { () throws(VAEError) in _ = try Model(importing: file) }
        #expect(text?.contains("needed are fc1, fc21") == true)
        #expect(text?.contains("a.fc1.weight [3, 4]") == true, "\(text ?? "accepted")")
        #expect(text?.contains("b.fc4.weight [4, 3]") == true, "\(text ?? "accepted")")
    }

    @Test func `the shape of images and the likelihood are as they are told`() throws {
        let read = try Model(
            importing: tensors(of: smallModel()), imageShape: ImageShape(rows: 1, columns: 4),
            likelihood: .gaussian(variance: 0.5))
        #expect(read.imageShape == ImageShape(rows: 1, columns: 4))
        #expect(read.architecture.likelihood == .gaussian(variance: 0.5))
    }

    /// What is wrong with the tensors, and what is said about it.
    static let damages:
        [(words: String, spoil: @Sendable (inout [String: Safetensors.Tensor]) -> Void)] =
            [
                (
                    "it has no tensor fc21.weight; needed are fc1, fc21",
                    {
                        $0["mean.weight"] = $0.removeValue(forKey: "fc21.weight")
                    }
                ),
                ("it holds none", { $0 = [:] }),
                ("it has no tensor fc22.weight", { $0["fc22.weight"] = nil }),
                ("it has no tensor fc4.bias", { $0["fc4.bias"] = nil }),
                (
                    "it holds a tensor fc5.bias",
                    { $0["fc5.bias"] = .init(shape: [1], elements: [0]) }
                ),
                (
                    "tensor fc1.weight has shape [3, 2, 2], not two extents",
                    {
                        $0["fc1.weight"]?.shape = [3, 2, 2]
                    }
                ),
                (
                    "it takes 3 pixels (fc1) and reconstructs 4 (fc4)",
                    {
                        $0["fc1.weight"] = .init(
                            shape: [4, 3], elements: Array(repeating: 0, count: 12))
                    }
                ),
                (
                    "tensor fc3.weight has shape [2, 3], not [3, 2]",
                    { $0["fc3.weight"]?.shape = [2, 3] }
                ),
                ("hidden size 0", { $0["fc1.weight"] = .init(shape: [0, 4], elements: []) }),
                (
                    "no square",
                    {
                        $0["fc4.weight"] = .init(
                            shape: [5, 3], elements: Array(repeating: 0, count: 15))
                        $0["fc1.weight"] = .init(
                            shape: [3, 5], elements: Array(repeating: 0, count: 15))
                    }
                ),
            ]

    @Test(arguments: damages.indices)
    func `other names or shapes are refused with the tensor's name`(index: Int) {
        var file = tensors(of: smallModel())
        Self.damages[index].spoil(&file.tensors)
        let text = refusal { () throws(VAEError) in _ = try Model(importing: file) }
        #expect(text?.contains(Self.damages[index].words) == true, "\(text ?? "accepted")")
    }

    @Test func `an image shape of another size is refused`() {
        let text = refusal { () throws(VAEError) in
            _ = try Model(
                importing: tensors(of: smallModel()), imageShape: ImageShape(rows: 2, columns: 3))
        }
        #expect(text?.contains("it reconstructs 4 pixels, and images of 2×3 have 6") == true)
    }
}
