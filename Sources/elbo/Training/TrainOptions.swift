public import ArgumentParser
import Datasets
import FoundationEssentials
import Inspection
import Platform
import Tensors
import Terminal
import VAE
public import VAETraining

extension Recipe.Schedule: ExpressibleByArgument {}
/// The precisions that can be trained with.
enum TrainingPrecision: String, ExpressibleByArgument, CaseIterable {
    case fp32, bf16

    var precision: Precision { self == .fp32 ? .fp32 : .bf16 }
}

/// How a pixel is distributed around its reconstruction.
struct LikelihoodOptions: ParsableArguments {
    enum Name: String, ExpressibleByArgument, CaseIterable { case bernoulli, gaussian }

    @Option(
        name: .customLong("likelihood"),
        help: "How a pixel is distributed around its reconstruction (default: bernoulli).")
    var name: Name?
    @Option(help: "Variance η of every pixel under the gaussian likelihood.")
    var eta: Float = 0.1

    var likelihood: Likelihood { name == .gaussian ? .gaussian(variance: eta) : .bernoulli }
}

/// How large a model, and with which likelihood.
struct SizeOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Widths of the hidden layers (default: 256; best: 512,512; detect: 512; inspect: 256).",
            valueName: "n,…"))
    var hidden: String?
    @Option(help: "Latent units (default: 200; best: 40; detect: 48; inspect: 32).")
    var latent: Int?
    @OptionGroup var likelihood: LikelihoodOptions
    @Flag(help: "Tell encoder and decoder the class of every image, as one-hot label.")
    var conditional = false

    /// The sizes for the images of `set`.
    func architecture(for set: ImageSet, _ preset: Preset) throws -> Architecture {
        try architecture(
            inputs: set.pixelsPerImage, preset, likelihood: likelihood.likelihood,
            classes: conditional ? try classes(of: set) : 0)
    }

    /// The sizes for so many features of a place, whose η is in units of their deviations.
    func architecture(ofPlaces features: Int) throws -> Architecture {
        guard !conditional, likelihood.name == nil || likelihood.name == .gaussian else {
            throw Failure(
                "features of places are neither conditional nor Bernoulli; leave --conditional and "
                    + "--likelihood out", .usage)
        }
        return try architecture(
            inputs: features, .inspect,
            likelihood: .gaussian(
                variance: FeatureStatistics.variance(ofDeviations: likelihood.eta)), classes: 0)
    }

    private func architecture(
        inputs: Int, _ preset: Preset, likelihood: Likelihood, classes: Int
    ) throws -> Architecture {
        let hidden = hidden ?? preset.hidden
        let widths = hidden.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
        guard widths.allSatisfy({ $0 != nil }) else {
            throw Failure("--hidden \(hidden) is not a list of widths such as 512,256", .usage)
        }
        let architecture = Architecture(
            inputs: inputs, hidden: widths.compactMap { $0 }, latent: latent ?? preset.latent,
            likelihood: likelihood, classes: classes)
        do { try architecture.validate() } catch { throw Failure(error.description, .usage) }
        return architecture
    }

    /// One more than the largest label.
    private func classes(of set: ImageSet) throws -> Int {
        guard let largest = set.labels?.max() else {
            throw Failure(
                "\(set.name) has no labels, which --conditional needs; they belong in an IDX file "
                    + "beside the images, named as MNIST's are", .noInput)
        }
        guard largest > 0 else {
            throw Failure("\(set.name) has one class only; --conditional needs two", .dataFormat)
        }
        return Int(largest) + 1
    }
}

/// How to train.
struct RecipeOptions: ParsableArguments {
    @Option(help: "Passes over the images (default: 50; best: 60; detect: 80; inspect: 6).")
    var epochs: Int?
    @Option(help: "Images per step (default: 128; detect: 256; inspect: 512).")
    var batch: Int?
    @Option(help: "Adam's step size.")
    var learningRate: Float = 1e-3
    @Option(
        help:
            "Adam's step size stays, or falls to 0 as a cosine (default: constant; all others: cosine)."
    )
    var schedule: Recipe.Schedule?
    @Option(
        help: ArgumentHelp(
            "Add Gaussian noise of up to this standard deviation to what the encoder sees.",
            valueName: "σ"))
    var denoising: Float = 0
    @Option(
        help: ArgumentHelp(
            "Blacken a rectangle of what the encoder sees this often, as 0.8 (default: 0; detect: 0.8).",
            valueName: "share"))
    var cutout: Float?
    @Option(help: "Weight of the KL term; 1 trains the ELBO.")
    var beta: Float = 1
    @Option(
        help: ArgumentHelp(
            "What products are computed with; bf16 is faster on processors that have it, and no "
                + "worse, while weights stay 32-bit floats (default: fp32; inspect: bf16 where there is)."
        ))
    var precision: TrainingPrecision?
    @Option(help: "Where all random numbers come from.")
    var seed: UInt64 = 1
    @Option(help: "Threads (default: one per core).")
    var threads: Int?

    /// The recipe, checked.
    func recipe(_ preset: Preset) throws -> Recipe {
        var recipe = Recipe()
        recipe.epochs = epochs ?? preset.epochs
        recipe.batch = batch ?? preset.batch
        recipe.learningRate = learningRate
        recipe.schedule = schedule ?? preset.schedule
        recipe.denoising = denoising
        recipe.cutout = cutout ?? preset.cutout
        recipe.beta = beta
        recipe.precision = precision?.precision ?? .fp32
        recipe.seed = seed
        recipe.threads =
            threads ?? max(1, min(ProcessInfo.processInfo.activeProcessorCount, recipe.batch))
        try recipe.validate()
        return recipe
    }
}
