import Backbone
import Datasets
import Files
import FoundationEssentials
import Images
import Inspection
import Networks
import Platform
import Tensors
import Terminal
import VAE
import VAETraining

extension Train {
    /// Trains an inspection model.
    func trainInspection(until stopSignal: StopSignal) throws {
        var recipe = try recipe.recipe(.inspect)
        recipe.inputGain = 2 * FeatureStatistics.reach
        if self.recipe.precision == nil, Precision.bf16.isSupported { recipe.precision = .bf16 }
        var preprocessing = try inspection.preprocessing(preprocess.steps())
        let taps = try inspection.blocks()
        let architecture = try sizes.architecture(
            ofPlaces: InspectionModel.featureCount(taps: taps))
        try protectFolder()
        let backbone = try inspection.backbone(for: taps)
        var set = try data.load(images, training: preprocessing, until: stopSignal)
        if let grey = set.withoutColor {
            // Of three equal channels one says it all, for a third of the pixels.
            (set, preprocessing.grayscale, preprocessing.color) = (grey, preprocessing.color, nil)
        }
        guard set.count >= Self.fewestPictures else {
            throw Failure(
                "\(set.count) pictures are too few to learn from; take at least "
                    + "\(Self.fewestPictures), better a few hundred", .dataFormat)
        }
        let reading = ReadingProgress("looking at pictures")
        guard
            let places = TrainingPlaces(
                of: set.pixels, set.shape, by: backbone, taps: taps, threads: recipe.threads,
                progress: { done in
                    if !json { reading.show(Int(done * Double(set.count)), of: set.count) }
                    return !stopSignal.isRequested
                })
        else { throw Self.stopped }
        reading.end()
        let parameters = Parameters(architecture)
        parameters.initialize(seed: recipe.seed)
        var facts = provenance(recipe, set)
        facts["pictures"] = "\(set.shape)"
        let autoencoder = Model(
            weights: Weights(parameters),
            imageShape: ImageShape(rows: 1, columns: places.statistics.count), provenance: facts)
        let trainer = try Trainer(
            parameters, recipe: recipe, pixels: places.rows, count: places.count)
        if resume { try restore(trainer, autoencoder) }
        try makeFolder(out)
        try run(trainer, of: autoencoder, images: places.count, set: set.name, until: stopSignal)
        facts["data_sketch"] = ImageSketch(of: set).description
        let half = backbone.rounded(to: .half)
        guard
            let model = InspectionModel(
                backbone: half, taps: taps, trainedOn: places,
                places: autoencoder.with(trainer.weights), pixels: set.pixels, set.shape,
                preprocessing: preprocessing, provenance: facts, threads: recipe.threads,
                progress: { _ in !stopSignal.isRequested })
        else { throw Self.stopped }
        try finish(
            model.safetensors.encoded(as: .half), by: trainer, from: set,
            next: " --images HELD-OUT-NORMAL-PICTURES")
    }

    private static let fewestPictures = 10

    private static let stopped = Failure(
        "stopped before the model was whole; go on with --resume if a checkpoint is there",
        .interrupted)
}
