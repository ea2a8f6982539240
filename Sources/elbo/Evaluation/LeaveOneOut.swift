import Datasets
import Detection
import Formatting
import Platform
import Tensors
import Terminal
import VAE
import VAETraining

/// How well scores tell a class that a model has never seen, for every class: a model is trained without each, as the
/// one at hand was trained with all (the protocol of Kim et al., "RaPP", ICLR 2020, and others before).
struct LeaveOneOut {
    /// Of each class the area under the ROC curve of each score, its images against those of all others.
    let rows: [(label: UInt8, auroc: [ScoreFunction: Double])]
    private let epochs: Int

    /// What goes on: which class of how many, and how far its training is.
    typealias Progress = (_ done: Int, _ of: Int) -> Void

    /// Trains and measures; `train`, `fuse` and `test` have labels, and `fuse` is what scores that compare with normal
    /// images are fitted to.
    init(
        _ loaded: LoadedModel, train: ImageSet, fuse: ImageSet?, test: ImageSet, recipe: Recipe,
        until stopSignal: StopSignal, progress: @escaping Progress
    ) throws {
        guard let labels = train.labels, test.labels != nil else {
            throw Failure(
                "\(train.labels == nil ? train.name : test.name) has no labels, by which classes are left out",
                .dataFormat)
        }
        let classes = Set(labels).sorted()
        guard classes.count >= 3 else {
            throw Failure(
                "\(train.name) has \(classes.count) classes; take at least 3", .dataFormat)
        }
        epochs = recipe.epochs
        var rows: [(label: UInt8, auroc: [ScoreFunction: Double])] = []
        for label in classes {
            let normal = train.images { $0 != label }
            let model = try Self.trained(like: loaded.model, on: normal, recipe) { epoch in
                progress(rows.count * recipe.epochs + epoch, classes.count * recipe.epochs)
                return !stopSignal.isRequested
            }
            rows.append((label, Self.areas(model, fuse?.images { $0 != label }, test, label)))
        }
        self.rows = rows
    }

    private static func trained(
        like model: Model, on set: ImageSet, _ recipe: Recipe, _ goesOn: @escaping (Int) -> Bool
    ) throws -> Model {
        let parameters = Parameters(model.architecture)
        parameters.initialize(seed: recipe.seed)
        let trainer = try Trainer(
            parameters, recipe: recipe, pixels: set.pixels, count: set.count,
            columns: set.columns, labels: nil)
        while !trainer.isFinished {
            let epoch = trainer.history.count
            guard try trainer.runEpoch({ _, _ in goesOn(epoch) }) != nil else {
                throw Failure("stopped; nothing is written by this", .interrupted)
            }
        }
        return model.with(trainer.weights)
    }

    private static func areas(
        _ model: Model, _ fuse: ImageSet?, _ test: ImageSet, _ label: UInt8
    ) -> [ScoreFunction: Double] {
        let profile = fuse.map {
            NormalProfile(ofImages: $0.pixels, count: $0.count, model, by: .fp32)
        }
        let computation = Computation.fp32.with(profile)
        let wanted = computation.possible.subtracting(.pixels)
        let engine = ScoringEngine(model, by: computation, computing: wanted, capacity: 256)
        let (normal, strange) = (test.images { $0 != label }, test.images { $0 == label })
        let scores = [normal, strange].map { engine.scores(ofImages: $0.pixels, count: $0.count) }
        return Dictionary(
            uniqueKeysWithValues: wanted.functions.map { function in
                (
                    function,
                    Evaluation.auroc(
                        normal: scores[0].map { $0[function] },
                        anomalous: scores[1].map { $0[function] })
                )
            })
    }

    /// Mean and worst of a score over the classes.
    private func summary(_ function: ScoreFunction) -> (mean: Double, worst: Double) {
        let areas = rows.compactMap { $0.auroc[function] }
        return (areas.reduce(0, +) / Double(max(1, areas.count)), areas.min() ?? .nan)
    }

    /// The scores, the one with the best mean first.
    private var functions: [ScoreFunction] {
        (rows.first?.auroc.keys.sorted { summary($0).mean > summary($1).mean } ?? [])
    }

    /// For people.
    func printTable() {
        let labels = rows.map { padded("\($0.label)", 7) }.joined()
        print("Area under the ROC curve of a class that was left out, \(epochs) epochs each")
        print(padded("score", 18) + padded("mean", 8) + padded("worst", 8) + labels)
        for function in functions {
            let (mean, worst) = summary(function)
            print(
                padded(function.rawValue, 18) + padded(fixed(mean, 3), 8)
                    + padded(fixed(worst, 3), 8)
                    + rows.map { padded(fixed($0.auroc[function] ?? .nan, 3), 7) }.joined())
        }
    }

    private struct Line: Encodable {
        let score: String
        let mean: Double
        let worst: Double
        let classes: [String: Double]
    }

    /// One JSON object a score.
    func printJSON() throws {
        try elbo.printJSON(
            functions.map { function in
                let (mean, worst) = summary(function)
                return Line(
                    score: function.rawValue, mean: mean, worst: worst,
                    classes: Dictionary(
                        uniqueKeysWithValues: rows.map {
                            ("\($0.label)", $0.auroc[function] ?? .nan)
                        }))
            })
    }
}
