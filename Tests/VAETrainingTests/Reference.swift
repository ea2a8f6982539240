import Foundation
import Networks
import Tensors
import VAE
import VAETraining

/// Tensors computed by an independent PyTorch program, see tools/reference.
struct Reference {
    let file: Safetensors
    let architecture: Architecture
    let beta: Float

    static let names = ["bernoulli", "gaussian", "deep", "conditional", "denoising"]

    init(_ name: String) throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        let url = folder.appendingPathComponent("Fixtures/\(name).safetensors")
        let file = try Safetensors(decoding: [UInt8](Data(contentsOf: url)))
        let number = { (key: String) in Int(file.metadata[key] ?? "") ?? 0 }
        self.file = file
        beta = Float(file.metadata["beta"] ?? "") ?? .nan
        architecture = Architecture(
            inputs: number("input"),
            hidden: (file.metadata["hidden"] ?? "").split(separator: ",").compactMap { Int($0) },
            latent: number("latent"),
            likelihood: file.metadata["likelihood"] == "gaussian"
                ? .gaussian(variance: Float(file.metadata["eta"] ?? "") ?? .nan) : .bernoulli,
            classes: number("classes"))
    }

    /// The elements of one tensor.
    func elements(_ name: String) -> [Float] { file.tensors[name]?.elements ?? [] }

    /// The tensors `prefix.fc1.weight` and so on as parameters.
    func parameters(_ prefix: String) -> Parameters {
        let parameters = Parameters(architecture)
        for layer in parameters.layers {
            let (rows, columns) = (layer.weight.columns, layer.weight.rows)
            let name = "\(prefix).\(layer.shape.name)"
            layer.weight.copy(
                from: Matrix(rows: rows, columns: columns, elements("\(name).weight")).transposed())
            layer.bias.copy(from: Matrix(rows: 1, columns: rows, elements("\(name).bias")))
        }
        return parameters
    }

    /// A training step over the reference's batch, and the closure that fills it.
    func trainingStep(threads: Int, precision: Precision = .fp32) -> TrainingStep {
        var recipe = Recipe()
        (recipe.batch, recipe.threads, recipe.beta) = (batch, threads, beta)
        recipe.precision = precision
        recipe.denoising = file.tensors["seen"] == nil ? 0 : 1
        return TrainingStep(parameters("param"), recipe: recipe)
    }

    var batch: Int { file.tensors["x"]?.shape.first ?? 0 }

    /// Copies the reference's images and the noise of step `time` into a view.
    func fill(_ view: BatchBuffers, _ range: Range<Int>, time: Int) {
        let x = Matrix(rows: batch, columns: architecture.inputs, elements("x"))
        let epsilon = Matrix(rows: 10 * batch, columns: architecture.latent, elements("eps"))
        view.images.copy(from: x.rows(range))
        if file.tensors["seen"] != nil {
            let seen = Matrix(rows: batch, columns: architecture.inputs, elements("seen"))
            view.seen.copy(from: seen.rows(range))
        }
        if architecture.isConditional {
            let classes = Matrix(rows: batch, columns: architecture.classes, elements("classes"))
            view.activations.condition.copy(from: classes.rows(range))
        }
        let first = time * batch + range.lowerBound
        view.epsilon.copy(from: epsilon.rows(first..<(first + range.count)))
    }
}

/// The largest difference between two lists of numbers, element by element.
func largestDifference(_ a: [Float], _ b: [Float]) -> Float {
    guard a.count == b.count, !a.isEmpty else { return .infinity }
    return zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) }
}
