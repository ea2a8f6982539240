import Networks
import Tensors
import Testing
import VAE
import VAETraining

@Suite struct CheckpointTests {
    @Test(arguments: [1, 3], [1, 2, 3])
    func `a run resumed from a checkpoint ends as one that never stopped`(
        threads: Int, stop: Int
    ) throws {
        let set = ToySet(epochs: 4, threads: threads)
        let bytes = try checkpoint(set, epochs: stop).encoded()
        let trainer = try resumed(set, from: Safetensors(decoding: bytes))
        #expect(trainer.history.count == stop)
        while !trainer.isFinished { _ = try trainer.runEpoch { _, _ in true } }
        #expect(try trainer.weights.buffer.elements == set.train())
        #expect(trainer.history.map(\.epoch) == [1, 2, 3, 4])
    }

    @Test func `a run with a gain of inputs is resumed exactly`() throws {
        var set = ToySet(epochs: 4)
        (set.recipe.inputGain, set.recipe.denoising) = (12, 0.1)
        let trainer = try resumed(set, from: checkpoint(set, epochs: 2))
        while !trainer.isFinished { _ = try trainer.runEpoch { _, _ in true } }
        #expect(try trainer.weights.buffer.elements == set.train())
    }

    @Test func `a stopped epoch is taken back by the checkpoint before it`() throws {
        let set = ToySet(epochs: 3)
        let model = set.model()
        let trainer = try set.trainer(model)
        _ = try trainer.runEpoch { _, _ in true }
        let saved = trainer.checkpoint(of: model)
        #expect(try trainer.runEpoch { fraction, _ in fraction < 0.5 } == nil)
        try trainer.resume(from: saved, model: model)
        while !trainer.isFinished { _ = try trainer.runEpoch { _, _ in true } }
        #expect(try trainer.weights.buffer.elements == set.train())
    }

    @Test func `a checkpoint is a model's file with moments, steps and history`() throws {
        let file = try checkpoint(ToySet(), epochs: 2)
        let count = ToySet().architecture.parameterCount
        #expect(file.tensors["adam.first_moment"]?.shape == [count])
        #expect(file.tensors["adam.second_moment"]?.elements.allSatisfy { $0 >= 0 } == true)
        #expect(file.metadata["adam.steps"] == "6")
        #expect(file.metadata["history"]?.hasPrefix("[{") == true)
        #expect(throws: VAEError.self) { try Model(file) }
    }

    @Test func `more epochs may be asked for`() throws {
        let file = try checkpoint(ToySet(epochs: 2), epochs: 2)
        let trainer = try resumed(ToySet(epochs: 3), from: file)
        #expect(!trainer.isFinished)
        _ = try trainer.runEpoch { _, _ in true }
        #expect(try trainer.weights.buffer.elements == ToySet(epochs: 3).train())
    }

    /// What is done to a good checkpoint, and what is said about it.
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let spoil: @Sendable (inout Safetensors) -> Void

        init(_ sentence: String, _ spoil: @escaping @Sendable (inout Safetensors) -> Void) {
            (testDescription, self.spoil) = (sentence, spoil)
        }
    }

    private static let plain = "the file is a model, not a checkpoint"
    private static let moments = "the optimiser's moments have the wrong size"
    private static let steps = "the checkpoint's optimiser steps are not those of its epochs"

    @Test(arguments: [
        Case(plain) { $0 = ToySet().model().safetensors },
        Case(plain) { $0.tensors["adam.second_moment"] = nil },
        Case(plain) { $0.metadata["adam.steps"] = "-1" },
        Case(plain) { $0.metadata["adam.steps"] = "6.5" },
        Case(plain) { $0.metadata["history"] = "[" },
        Case(plain) { $0.metadata["history"] = nil },
        Case(moments) { $0.tensors["adam.first_moment"] = .init(shape: [1], elements: [0]) },
        Case(moments) { $0.tensors["adam.second_moment"] = .init(shape: [0], elements: []) },
        Case(steps) { $0.metadata["adam.steps"] = "\(Int.max)" },
        Case(steps) { $0.metadata["adam.steps"] = "0" },
        Case(steps) { $0.metadata["history"] = "[]" },
        Case("the checkpoint was made with data others, this run is with data toys") {
            $0.metadata["provenance.data"] = "others"
        },
        Case("the checkpoint was made without data, this run is with data toys") {
            $0.metadata["provenance.data"] = nil
        },
        Case("the checkpoint was made with precision bf16, this run is without precision") {
            $0.metadata["provenance.precision"] = "bf16"
        },
        Case("the checkpoint's sizes or likelihood differ from those asked for") {
            $0.metadata["elbod.likelihood"] = "gaussian"
            $0.metadata["elbod.likelihood_variance"] = "0.1"
        },
        Case("the checkpoint's sizes or likelihood differ from those asked for") {
            $0.metadata["elbod.input_shape"] = "2,8"
        },
        Case("the checkpoint's preprocessing differs from that asked for") {
            $0.metadata["elbod.preprocessing"] = "grayscale;unit"
        },
        Case("not an elbod model: it has no tensor fc3.weight") { $0.tensors["fc3.weight"] = nil },
    ])
    func `a checkpoint of another run is refused and changes nothing`(damage: Case) throws {
        let set = ToySet(epochs: 4)
        var file = try checkpoint(set, epochs: 2)
        damage.spoil(&file)
        let model = set.model()
        let trainer = try set.trainer(model)
        let before = trainer.weights.buffer.elements
        let error = #expect(throws: TrainingError.self) {
            try trainer.resume(from: file, model: model)
        }
        #expect(error?.description == "cannot resume: " + damage.testDescription)
        #expect(trainer.weights.buffer.elements == before)
        #expect(trainer.history.isEmpty)
        #expect(trainer.step.optimizer.steps == 0)
    }

    @Test func `a checkpoint of other sizes is refused`() throws {
        var other = ToySet()
        other.architecture.hidden = [12, 12]
        let file = try checkpoint(other, epochs: 1)
        let error = #expect(throws: TrainingError.self) { try resumed(ToySet(), from: file) }
        #expect(
            error?.description
                == "cannot resume: the checkpoint's sizes or likelihood differ from those asked for"
        )
    }

    /// The checkpoint after `epochs` epochs.
    private func checkpoint(_ set: ToySet, epochs: Int) throws -> Safetensors {
        let model = set.model()
        let trainer = try set.trainer(model)
        for _ in 0..<epochs { _ = try trainer.runEpoch { _, _ in true } }
        return trainer.checkpoint(of: model)
    }

    /// A new run of another program, brought to where `file` was written.
    private func resumed(_ set: ToySet, from file: Safetensors) throws -> Trainer {
        let model = set.model()
        let parameters = Parameters(model.weights)
        forEachElement(parameters.buffer) { $0 = 9 }
        let trainer = try Trainer(
            parameters, recipe: set.recipe, pixels: set.pixels, count: ToySet.count)
        try trainer.resume(from: file, model: model)
        return trainer
    }
}
