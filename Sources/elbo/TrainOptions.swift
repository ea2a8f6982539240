import Console
import ArgumentParser
import FoundationEssentials
import VAE
import VAETraining

/// How large a model, and with which likelihood.
struct SizeOptions: ParsableArguments {
    enum LikelihoodName: String, ExpressibleByArgument, CaseIterable { case bernoulli, gaussian }

    @Option(help: ArgumentHelp("Widths of the hidden layers, such as 512,256.", valueName: "n,…"))
    var hidden = "256"
    @Option(help: "Latent units.")
    var latent = 200
    @Option(help: "How a pixel is distributed around its reconstruction.")
    var likelihood = LikelihoodName.bernoulli
    @Option(help: "Variance η of every pixel under the gaussian likelihood.")
    var eta: Float = 0.1

    /// The sizes for images of `inputs` pixels.
    func architecture(inputs: Int) throws -> Architecture {
        let widths = hidden.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
        guard widths.allSatisfy({ $0 != nil }) else {
            throw Failure("--hidden \(hidden) is not a list of widths such as 512,256", .usage)
        }
        let architecture = Architecture(
            inputs: inputs, hidden: widths.compactMap { $0 }, latent: latent,
            likelihood: likelihood == .bernoulli ? .bernoulli : .gaussian(variance: eta))
        do { try architecture.validate() } catch { throw Failure(error.description, .usage) }
        return architecture
    }
}

/// How to train.
struct RecipeOptions: ParsableArguments {
    @Option(help: "Passes over the images.")
    var epochs = 50
    @Option(help: "Images per step.")
    var batch = 128
    @Option(help: "Adam's step size.")
    var learningRate: Float = 1e-3
    @Option(help: "Weight of the KL term; 1 trains the ELBO.")
    var beta: Float = 1
    @Option(help: "Where all random numbers come from.")
    var seed: UInt64 = 1
    @Option(help: "Threads (default: one per core).")
    var threads: Int?

    /// The recipe, checked.
    func recipe() throws -> Recipe {
        var recipe = Recipe()
        recipe.epochs = epochs
        recipe.batch = batch
        recipe.learningRate = learningRate
        recipe.beta = beta
        recipe.seed = seed
        recipe.threads = threads ?? max(1, min(ProcessInfo.processInfo.activeProcessorCount, batch))
        try recipe.validate()
        return recipe
    }
}
