import FoundationEssentials
public import Networks
import Tensors
public import VAE

extension Trainer {
    /// Everything needed to go on from the last finished epoch, as a safetensors file.
    public func checkpoint(of model: Model) -> Safetensors {
        var file = model.with(Weights(step.parameters)).safetensors
        file.tensors[Key.first] = .init(
            shape: [step.optimizer.first.buffer.count],
            elements: step.optimizer.first.buffer.elements)
        file.tensors[Key.second] = .init(
            shape: [step.optimizer.second.buffer.count],
            elements: step.optimizer.second.buffer.elements)
        file.metadata[Key.steps] = "\(step.optimizer.steps)"
        file.metadata[Key.history] = (try? JSONEncoder().encode(history)).map {
            String(decoding: $0, as: UTF8.self)
        }
        return file
    }

    /// Takes parameters, moments and history from a checkpoint of the same architecture and
    /// provenance; `model` is the one being trained.
    public func resume(from checkpoint: Safetensors, model: Model) throws(TrainingError) {
        var file = checkpoint
        guard let first = file.tensors.removeValue(forKey: Key.first),
            let second = file.tensors.removeValue(forKey: Key.second),
            let steps = file.metadata[Key.steps].flatMap(Int.init), steps >= 0,
            let history = file.metadata[Key.history].flatMap({
                try? JSONDecoder().decode([EpochRecord].self, from: Data($0.utf8))
            })
        else { throw .checkpoint("the file is a model, not a checkpoint") }
        let saved: Model
        do { saved = try Model(file) } catch { throw .checkpoint("\(error)") }
        guard saved.architecture == model.architecture, saved.imageShape == model.imageShape else {
            throw .checkpoint("the checkpoint's sizes or likelihood differ from those asked for")
        }
        guard saved.preprocessing == model.preprocessing else {
            throw .checkpoint("the checkpoint's preprocessing differs from that asked for")
        }
        for key in Set(model.provenance.keys).union(saved.provenance.keys).sorted()
        where saved.provenance[key] != model.provenance[key] && key != "epochs" {
            let with = { (value: String?) in value.map { "with \(key) \($0)" } ?? "without \(key)" }
            throw .checkpoint(
                "the checkpoint was made \(with(saved.provenance[key])), this run is "
                    + with(model.provenance[key]))
        }
        let count = step.parameters.buffer.count
        guard first.elements.count == count, second.elements.count == count else {
            throw .checkpoint("the optimiser's moments have the wrong size")
        }
        guard steps == history.count * stepsPerEpoch else {
            throw .checkpoint("the checkpoint's optimiser steps are not those of its epochs")
        }
        step.parameters.buffer.copy(from: saved.weights.buffer)
        step.optimizer.first.buffer.copy(from: Matrix(rows: 1, columns: count, first.elements))
        step.optimizer.second.buffer.copy(from: Matrix(rows: 1, columns: count, second.elements))
        step.optimizer.steps = steps
        self.history = history
    }

    private enum Key {
        static let first = "adam.first_moment"
        static let second = "adam.second_moment"
        static let steps = "adam.steps"
        static let history = "history"
    }
}
